"""An MCP server or clients that somebody deleted and recreated at Scalekit without Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from flow_mcp.authorization_servers.adoption import Report, TakenOver
from flow_mcp.authorization_servers.representations import Representation, flag, text
from flow_mcp.authorization_servers.scalekit import Scalekit, names
from flow_mcp.authorization_servers.scalekit.adoption.environment import clients_of, with_clients
from flow_mcp.authorization_servers.scalekit.adoption.imports import client_taken_over, server_taken_over
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.scalekit import present, replacing


def recreated_on_scalekit(
    comparison: Refreshed, report: Report, api: Callable[[str], ScalekitApi] = ScalekitApi
) -> tuple[TakenOver, ...]:
    """Return the MCP server with the URL of a deleted one, and the clients with the names of deleted ones.

    Args:
        comparison: the stack's state compared with Scalekit.
        report: called with the progress.
        api: opens a connection to the REST API of an environment.

    Raises:
        AdoptError: there are several such objects, none of which can be preferred.
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    declaration = comparison.declaration
    report("reading the MCP servers")
    with api(cast("Scalekit", declaration.server).environment_url) as connection:
        if servers := present(comparison, "ScalekitResource"):
            resource_ids = [str(server.before.get("resourceId")) for server in servers.values()]
            return tuple(
                client
                for resource_id in resource_ids
                for client in _clients(comparison, resource_id, clients_of(connection, resource_id))
            )
        if not (replacement := _only("MCP servers", "id", replacing(connection, comparison))):
            return ()
        server = with_clients(connection, replacement)
    return (server_taken_over(declaration, server), *_clients(comparison, server.id, server.clients))


def _clients(
    comparison: Refreshed, resource_id: str, at_server: Sequence[Representation]
) -> Iterator[TakenOver]:
    """Yield the clients with the names of those that the stack lacks."""
    declaration, managed = comparison.declaration, present(comparison, "ScalekitClient")
    known = {client.before.get("clientId") for client in managed.values()}
    names_before = {client.name: client.before.get("name") for client in comparison.of("ScalekitClient")}
    unmanaged = [
        client
        for client in at_server
        if text(client, "client_id") not in known
        and not text(client, "description").startswith("flow-mcp:")
        and not (flag(client, "is_dcr") or flag(client, "is_cimd"))
    ]
    for name in sorted(declaration.tenant.clients.keys() - managed.keys()):
        expected = names_before.get(name) or names.client(declaration, name)
        matching = [client for client in unmanaged if text(client, "name") == expected]
        if client := _only("clients", "client_id", matching):
            yield client_taken_over(declaration, name, resource_id, client)


def _only(noun: str, key: str, matching: Sequence[Representation]) -> Representation | None:
    """Return the only object; None if there is none.

    Raises:
        AdoptError: there are several.
    """
    if len(matching) > 1:
        listed = ", ".join(sorted(text(item, key) for item in matching))
        raise AdoptError(
            f"Scalekit has several {noun} that could replace a deleted one: {listed}. Delete all but one."
        )
    return matching[0] if matching else None
