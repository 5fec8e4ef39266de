"""Clients of a tenant's MCP server at Scalekit that the stack did not create.

Each MCP server has clients of its own. A scope that was added to the MCP server is drift of the MCP server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from flow_mcp.authorization_servers.representations import Representation, flag, text, texts
from flow_mcp.authorization_servers.scalekit import Scalekit, names
from flow_mcp.authorization_servers.scalekit.adoption.environment import clients_of, mcp_servers
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.operations.drift.server_drift import Inputs, ServerDrift, property_drifts
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list


def server_drift(comparison: Refreshed, inputs: Inputs) -> ServerDrift:
    """Return the drift, the unmanaged clients and a recreated MCP server.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    inputs.report("reading the MCP servers")
    return ServerDrift(
        comparison.declaration,
        property_drifts(comparison),
        appeared(comparison),
        recreated=tuple(recreated(comparison)),
    )


def appeared(refreshed: Refreshed, api: Callable[[str], ScalekitApi] = ScalekitApi) -> tuple[Appeared, ...]:
    """Return the unmanaged clients of the tenant's MCP server, sorted by client ID.

    Args:
        refreshed: the state compared with the server.
        api: opens a connection to the REST API of an environment.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    managed = {str(client.before.get("clientId")) for client in refreshed.of("ScalekitClient")}
    listed = {client.client_id for client in refreshed.declaration.tenant.manual_registrations.values()}
    with api(_environment_url(refreshed)) as connection:
        clients = [
            _client(client, refreshed)
            for server in present(refreshed, "ScalekitResource").values()
            for client in clients_of(connection, str(server.before.get("resourceId")))
            if text(client, "client_id") not in managed | listed
        ]
    return tuple(sorted(clients, key=lambda client: client.name))


def recreated(refreshed: Refreshed, api: Callable[[str], ScalekitApi] = ScalekitApi) -> Iterator[str]:
    """Yield the label of the tenant's MCP server if it was deleted and recreated; an update would fail.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    if present(refreshed, "ScalekitResource"):
        return
    with api(_environment_url(refreshed)) as connection:
        if replacing(connection, refreshed):
            yield f"MCP server {', '.join(resource.key for resource in refreshed.declaration.resources)}"


def present(refreshed: Refreshed, type_: str) -> Mapping[str, Resource]:
    """Return the managed objects of a type that still exist, by their names in the stack."""
    return {item.name: item for item in refreshed.of(type_) if item.after is not None}


def replacing(api: ScalekitApi, refreshed: Refreshed) -> tuple[Representation, ...]:
    """Return the MCP servers with the tenant's URL that no stack created, sorted by ID.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    # A stack whose state was refreshed meanwhile no longer has the deleted one.
    urls = {str(server.before.get("url")) for server in refreshed.of("ScalekitResource")}
    urls |= {resource.url for resource in refreshed.declaration.resources}
    return tuple(
        server
        for server in mcp_servers(api)
        if text(server, "resource_uri") in urls and not text(server, "description").startswith("flow-mcp:")
    )


def _environment_url(refreshed: Refreshed) -> str:
    return cast("Scalekit", refreshed.declaration.server).environment_url


def _client(client: Representation, refreshed: Refreshed) -> Appeared:
    declaration = refreshed.declaration
    client_id, redirects = text(client, "client_id"), texts(client, "redirect_uris")
    # The API has no grants: a client with redirect URIs is for people, and one without them for itself.
    grants = ("authorization code",) if redirects else ("client credentials",)
    reaches = set(names.scopes(declaration)).issubset(texts(client, "scopes"))
    opens = tuple(resource.key for resource in declaration.resources) if reaches else ()
    risk, note = (Risk.HIGH if opens else Risk.LOW), ""
    if _is_allowed(client, refreshed):
        risk, note = Risk.NONE, " A declared registration method allows it."
    sentences = (
        f"{quoted(client_id)} ({quoted(text(client, 'name'))}):"
        f" It reaches {quoted_list(opens) if opens else 'no protected resource'}."
        f" Grants: {' and '.join(grants)}."
        f"{f' Redirect URIs: {quoted_list(redirects)}.' if redirects else ''}{note}"
    )
    return Appeared("client", client_id, "", sentences, risk, opens, redirects, grants)


def _is_allowed(client: Representation, refreshed: Refreshed) -> bool:
    registration = cast("Scalekit", refreshed.declaration.server).registration
    return bool(
        (flag(client, "is_dcr") and registration.dynamic)
        or (flag(client, "is_cimd") and registration.metadata_documents)
    )
