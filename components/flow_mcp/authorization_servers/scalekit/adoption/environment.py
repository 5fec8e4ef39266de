"""The MCP servers of an existing Scalekit environment, and the one that belongs to the tenant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.representations import Representation, objects, text
from flow_mcp.authorization_servers.resource_urls import resource_key
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi

_RESOURCE_ID = re.compile(r"res_[A-Za-z0-9]{1,64}")


@dataclass(frozen=True)
class McpServer:
    """An MCP server of the environment with its clients.

    Attributes:
        id: its ID, `res_…`.
        representation: its representation (REST API, `Resource`).
        clients: the representations of its clients (REST API, `ResourceClient`), by name and client ID.
    """

    id: str
    representation: Representation
    clients: tuple[Representation, ...]


def mcp_servers(api: ScalekitApi) -> tuple[Representation, ...]:
    """Return all MCP servers of the environment with a valid ID, sorted by ID.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    by_id = {text(server, "id"): server for server in api.mcp_servers()}
    return tuple(by_id[id_] for id_ in sorted(by_id) if _RESOURCE_ID.fullmatch(id_))


def with_clients(api: ScalekitApi, server: Representation) -> McpServer:
    """Return an MCP server with its clients.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    return McpServer(text(server, "id"), server, clients_of(api, text(server, "id")))


def server_of_tenant(
    servers: tuple[McpServer, ...], resource_id: str | None, request: AdoptionRequest
) -> McpServer:
    """Return the tenant's MCP server: that of the authority, or the only one with a URL of the tenant.

    Args:
        servers: all MCP servers of the environment.
        resource_id: the ID in the authority that the user gave; None if it has none.
        request: the tenant.

    Raises:
        AuthorizationServerError: there is no such MCP server, or there are several.
    """
    environment_url = request.server.get("environmentUrl")
    if resource_id:
        named = [server for server in servers if server.id == resource_id]
        if not named:
            raise AuthorizationServerError(
                f"Scalekit at {environment_url} has no MCP server {resource_id}. Correct the authority."
            )
        return _unmanaged(named[0])
    matching = [server for server in servers if resource_key(request, _url(server))]
    if len(matching) == 1:
        return _unmanaged(matching[0])
    authorities = f"--authority {environment_url}/resources/res_…"
    if not matching:
        raise AuthorizationServerError(
            f"No MCP server of Scalekit at {environment_url} has the URL of an MCP server of the tenant "
            f"{request.tenant_id}. Name the one that belongs to it with {authorities}, and its workspace and "
            "environment with --workspace."
        )
    listed = ", ".join(f"{server.id} for {resource_key(request, _url(server))}" for server in matching)
    raise AuthorizationServerError(
        f"Scalekit at {environment_url} has several MCP servers of the tenant ({listed}). "
        f"A tenant's file can declare one. Choose it with {authorities}."
    )


def _unmanaged(server: McpServer) -> McpServer:
    owner = text(server.representation, "description")
    if owner.startswith("flow-mcp:"):
        raise AuthorizationServerError(
            f"The MCP server {server.id} was created by the stack of {owner}, which manages it. There is "
            "nothing to adopt. If that stack no longer exists, clear the MCP server's description."
        )
    return server


def clients_of(api: ScalekitApi, resource_id: str) -> tuple[Representation, ...]:
    """Return the clients of an MCP server, sorted by name and client ID.

    Raises:
        AuthorizationServerError: Scalekit does not answer or rejects a request.
    """
    listed = objects(api.find(f"/resources/{resource_id}/clients") or {}, "clients")
    return tuple(sorted(listed, key=lambda client: (text(client, "name"), text(client, "client_id"))))


def _url(server: McpServer) -> str:
    return text(server.representation, "resource_uri")
