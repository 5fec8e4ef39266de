"""How a stack takes over the objects of an existing Scalekit environment without changing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from flow_mcp.authorization_servers.adoption import Difference, Imports, TakenOver
from flow_mcp.authorization_servers.representations import Representation, text
from flow_mcp.authorization_servers.scalekit.adoption.environment import McpServer
from flow_mcp.authorization_servers.scalekit.client_resource import ClientInputs, client_state
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.import_ids import import_id
from flow_mcp.authorization_servers.scalekit.mcp_server_resource import McpServerInputs, mcp_server_state
from flow_mcp.authorization_servers.scalekit.properties import client_properties, mcp_server_properties
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.plugin.resource import Properties


def imports(declaration: Declaration, server: McpServer, clients: Mapping[str, Representation]) -> Imports:
    """Return the objects that the stack imports.

    Args:
        declaration: the declaration that was made from the reading.
        server: the tenant's MCP server.
        clients: the clients that are taken over, by their names in the tenant's file.
    """
    taken_over = [
        server_taken_over(declaration, server),
        *(
            client_taken_over(declaration, name, server.id, clients[name])
            for name in declaration.tenant.clients
        ),
    ]
    return Imports.of(taken_over)


def server_taken_over(declaration: Declaration, server: McpServer) -> TakenOver:
    """Return an MCP server as one that the stack imports."""
    (protected,) = declaration.resources
    state = mcp_server_state(_url(declaration), server.representation)
    wanted = McpServerInputs(**mcp_server_properties(declaration))
    differences = [*_differences(state, wanted)]
    if state.deviations:
        # The plugin reports these settings under this name, and puts them back unless it is kept.
        differences.append(Difference("deviations", list(state.deviations), []))
    return TakenOver(
        f"ScalekitResource/{protected.key}", import_id(_url(declaration), server.id), _sorted(differences)
    )


def client_taken_over(
    declaration: Declaration, name: str, resource_id: str, client: Representation
) -> TakenOver:
    """Return a client of an MCP server as one that the stack imports."""
    url = _url(declaration)
    state = client_state(url, resource_id, client, None)
    wanted = ClientInputs(resource_id=state.resource_id, **client_properties(declaration, name))
    return TakenOver(
        f"ScalekitClient/{name}",
        import_id(url, resource_id, text(client, "client_id")),
        _sorted(_differences(state, wanted)),
    )


def _url(declaration: Declaration) -> str:
    return cast("Scalekit", declaration.server).environment_url


def _differences(state: Properties, wanted: Properties) -> Iterator[Difference]:
    present: Mapping[str, Any] = state.values()
    for name, value in wanted.values().items():
        if present.get(name) != value:
            yield Difference(name, present.get(name), value)


def _sorted(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(differences, key=lambda difference: difference.property))
