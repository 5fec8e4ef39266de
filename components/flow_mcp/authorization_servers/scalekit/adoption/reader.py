"""Reads an existing Scalekit environment and proposes its declaration and its imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.adoption import (
    AdoptionRequest,
    ExistingClient,
    Imports,
    OtherClient,
    Reading,
    Report,
)
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.free_names import free_name
from flow_mcp.authorization_servers.given_settings import given_settings
from flow_mcp.authorization_servers.representations import Representation, flag, text, texts
from flow_mcp.authorization_servers.resource_urls import resource_key
from flow_mcp.authorization_servers.scalekit.adoption.environment import (
    McpServer,
    mcp_servers,
    server_of_tenant,
    with_clients,
)
from flow_mcp.authorization_servers.scalekit.adoption.expression import (
    ServerExpression,
    client_declaration,
    is_exact,
)
from flow_mcp.authorization_servers.scalekit.adoption.imports import imports
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.import_ids import import_id
from flow_mcp.declaration.declaration import Declaration

_AUTHORITY = re.compile(r"(https://[^/?#]+)/resources/(res_[A-Za-z0-9]{1,64})/?")
_DOMAINS = (".scalekit.com", ".scalekit.dev", ".scalekit.cloud")
"""Domains of environments without a domain of their own."""
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SECRETS = (
    "Scalekit returns a client's secret once, when it creates the client. The clients' secrets stay valid, "
    "and the stack's output clientSecrets does not contain them."
)


class ScalekitReader:
    """Reads a Scalekit environment; see `AdoptionReader`.

    Args:
        api: opens a connection to the REST API of an environment.
    """

    def __init__(self, api: Callable[[str], ScalekitApi] = ScalekitApi) -> None:
        self._api = api
        self._server: McpServer
        self._clients: dict[str, Representation] = {}

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return the environment of an issuer `<environment>/resources/<res_…>`, or of Scalekit's domains."""
        if match := _AUTHORITY.fullmatch(authority):
            return {"environmentUrl": match[1]}
        parts = urlsplit(authority)
        is_environment = parts.scheme == "https" and (parts.hostname or "").endswith(_DOMAINS)
        return {"environmentUrl": authority.rstrip("/")} if is_environment else None

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the tenant's clients and the environment's other clients. Nothing is changed.

        Raises:
            AuthorizationServerError: Scalekit cannot be read, or the tenant's MCP server is not known.
        """
        environment_url = given_settings(
            Scalekit,
            request.server,
            "the Scalekit environment",
            "Give --set environmentUrl=https://…, or the authority.",
        ).environment_url
        report("MCP servers and clients")
        with self._api(environment_url) as api:
            servers = tuple(with_clients(api, server) for server in mcp_servers(api))
        authority = _AUTHORITY.fullmatch(request.authority or "")
        server = server_of_tenant(servers, authority[2] if authority else None, request)
        self._server, self._clients = server, {}
        key = _key(server, request)
        clients, others = self._chosen(request, server, key)
        expression = ServerExpression(server, self._clients.values(), key)
        others += [
            OtherClient(text(client, "client_id"), f"It is a client of another MCP server, {other.id}.")
            for other in servers
            if other.id != server.id
            for client in other.clients
        ]
        workspace, _, environment = key.partition("/")
        return Reading(
            {"environmentUrl": environment_url, **expression.declared, **request.server},
            {workspace: [environment]},
            tuple(sorted(clients, key=lambda client: client.name)),
            tuple(sorted(others, key=lambda other: other.client_id)),
            (*expression.remarks, *([_SECRETS] if clients else [])),
        )

    def imports(self, declaration: Declaration) -> Imports:
        """Return the imports for a declaration made from the last reading."""
        return imports(declaration, self._server, self._clients)

    def _chosen(
        self, request: AdoptionRequest, server: McpServer, key: str
    ) -> tuple[list[ExistingClient], list[OtherClient]]:
        """Return the tenant's clients and the others of its MCP server."""
        at_server = {text(client, "client_id") for client in server.clients}
        clients: list[ExistingClient] = []
        others = [
            OtherClient(client_id, f"The MCP server {server.id} has no such client.", belongs=True)
            for client_id in sorted(request.client_ids.keys() - at_server)
        ]
        for client in server.clients:
            client_id = text(client, "client_id")
            source = request.client_ids.get(client_id)
            if reason := _left_alone(client, request):
                others.append(OtherClient(client_id, reason, belongs=bool(source or not request.client_ids)))
                continue
            own_name = (text(client, "name") or client_id).removeprefix(f"flow-mcp-{request.tenant_id}-")
            name = free_name(own_name, {client.name for client in clients})
            self._clients[name] = client
            why = f"It is named by {source}." if source else f"It is a client of the MCP server {server.id}."
            clients.append(self._client(client, name, why, request, key))
        return clients, others

    def _client(
        self, client: Representation, name: str, why: str, request: AdoptionRequest, key: str
    ) -> ExistingClient:
        client_id = text(client, "client_id")
        declared, remarks = client_declaration(client, key)
        entry: dict[str, Any] = {
            "id": import_id(request.server["environmentUrl"], self._server.id, client_id)
        }
        if not all(map(is_exact, texts(client, "redirect_uris"))):
            entry["keep"] = ["redirectUris"]
        adopted = {f"ScalekitClient/{name}": entry}
        return ExistingClient(name, client_id, why, "clients", declared, remarks, adopted)


def _left_alone(client: Representation, request: AdoptionRequest) -> str:
    """Return why a client of the tenant's MCP server is left alone, as one sentence; empty if it is not."""
    client_id = text(client, "client_id")
    if flag(client, "is_dcr"):
        return "It registered itself by dynamic client registration."
    if flag(client, "is_cimd"):
        return "It signed in with a metadata document."
    if request.client_ids and client_id not in request.client_ids:
        return "It is not one of the clients that were named."
    owner = text(client, "description")
    if owner.startswith("flow-mcp:"):
        return f"It was created by the stack of {owner}, which manages it."
    if not _CLIENT_ID.fullmatch(client_id):
        return "The API returns no valid client ID for it."
    return ""


def _key(server: McpServer, request: AdoptionRequest) -> str:
    """Return the protected resource of the MCP server.

    Raises:
        AuthorizationServerError: neither its URL nor the request names exactly one.
    """
    url = text(server.representation, "resource_uri")
    if key := resource_key(request, url):
        return key
    keys = [*_keys(request)]
    if len(keys) == 1:
        return keys[0]
    raise AuthorizationServerError(
        f"The MCP server {server.id} has the URL {url or 'none'}, which is not that of an MCP server of the "
        f"tenant {request.tenant_id}. Name its workspace and environment with --workspace ID=ENVIRONMENT."
    )


def _keys(request: AdoptionRequest) -> Iterator[str]:
    for workspace, environments in sorted(request.workspaces.items()):
        yield from (f"{workspace}/{environment}" for environment in sorted(environments))
