"""The resource of an MCP server at Scalekit, which is the authorization server of one protected resource."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from flow_mcp.authorization_servers.discovery.metadata_resource import Unordered
from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.engine.plugin.resource import Made, Properties, Resource


class McpServerInputs(Properties):
    """An MCP server.

    Attributes:
        environment_url: URL of the Scalekit environment.
        owner: the stack, such as `flow-mcp:acme`; stored as the description.
        name: name that people see when they consent.
        url: URL of the protected resource.
        scopes: scopes of its tokens.
        access_token_seconds: lifetime of access tokens.
        dynamic_registration: whether clients may register; Scalekit's setting has the opposite meaning.
        metadata_documents: URLs of the accepted metadata documents; empty: the method is off.
    """

    environment_url: str
    owner: str
    name: str
    url: str
    scopes: Unordered
    access_token_seconds: int
    dynamic_registration: bool = False
    metadata_documents: Unordered = ()


class McpServerState(McpServerInputs):
    """An MCP server that exists at Scalekit.

    Attributes:
        resource_id: the ID that Scalekit assigned, `res_…`.
        deviations: settings of the MCP server that these properties cannot express.
    """

    resource_id: str
    deviations: tuple[str, ...] = ()


class McpServerResource(Resource[McpServerInputs, McpServerState]):
    """An MCP server at Scalekit. Create adopts an MCP server of an interrupted create."""

    name = "ScalekitResource"
    inputs = McpServerInputs
    state = McpServerState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"environmentUrl"})
    stable: ClassVar[frozenset[str]] = frozenset({"resourceId"})
    deviations: ClassVar[frozenset[str]] = frozenset({"deviations"})

    def __init__(self, api: Callable[[str], ScalekitApi] = ScalekitApi) -> None:
        self._api = api

    def create(self, inputs: McpServerInputs) -> Made[McpServerState]:
        with self._api(inputs.environment_url) as api:
            if existing := _server_with_url(api, inputs):
                response = api.patch(f"/resources/{existing['id']}", _body(inputs))
            else:
                response = api.post("/resources", {**_body(inputs), "resource_type": "MCP_SERVER"})
        state = _state(inputs.environment_url, response["resource"])
        return Made(state.resource_id, state)

    def read(self, resource_id: str, state: McpServerState | None) -> Made[McpServerState] | None:
        environment_url = state.environment_url if state else environment_url_for_import("an MCP server")
        with self._api(environment_url) as api:
            response = api.find(f"/resources/{resource_id}")
        if response is None:
            return None
        if response["resource"].get("resource_type") != "MCP_SERVER":
            raise AuthorizationServerError(
                f"{resource_id} at {environment_url} is not an MCP server. Import the ID of an MCP server."
            )
        return Made(resource_id, _state(environment_url, response["resource"]))

    def update(self, resource_id: str, inputs: McpServerInputs, state: McpServerState) -> McpServerState:
        del state
        with self._api(inputs.environment_url) as api:
            response = api.patch(f"/resources/{resource_id}", _body(inputs))
        return _state(inputs.environment_url, response["resource"])

    def delete(self, resource_id: str, state: McpServerState) -> None:
        with self._api(state.environment_url) as api:
            api.delete(f"/resources/{resource_id}")


def environment_url_for_import(object_type: str) -> str:
    """Return the URL of the Scalekit environment for an import, from the variable of the vendor's SDKs.

    Raises:
        AuthorizationServerError: the variable is not set.
    """
    if not (url := os.environ.get("SCALEKIT_ENVIRONMENT_URL")):
        raise AuthorizationServerError(f"To import {object_type} of Scalekit, set SCALEKIT_ENVIRONMENT_URL.")
    return url.rstrip("/")


def _server_with_url(api: ScalekitApi, inputs: McpServerInputs) -> dict[str, Any] | None:
    """Return the stack's MCP server with this URL; None if there is none.

    Raises:
        OwnedByOthersError: an MCP server with the URL has another owner in its description.
        AuthorizationServerError: several MCP servers have the URL.
    """
    servers = [server for server in api.mcp_servers() if server.get("resource_uri") == inputs.url]
    for server in sorted(servers, key=lambda server: str(server.get("id"))):
        if server.get("description") != inputs.owner:
            raise OwnedByOthersError(
                f"Scalekit at {api.url} has an MCP server for {inputs.url} already ({server.get('id')}), "
                "which this stack did not create. Delete it there, or import it "
                "(docs/authorization-servers/scalekit.md)."
            )
    if len(servers) > 1:
        ids = ", ".join(sorted(str(server.get("id")) for server in servers))
        raise AuthorizationServerError(
            f"Scalekit at {api.url} has more than one MCP server for {inputs.url} ({ids}). "
            "Delete all but one."
        )
    return servers[0] if servers else None


def _body(inputs: McpServerInputs) -> dict[str, Any]:
    """Return the request body of an MCP server (REST API, `CreateResource` and `UpdateResource`)."""
    return {
        "name": inputs.name,
        "description": inputs.owner,
        "resource_uri": inputs.url,
        "scopes": list(inputs.scopes),
        "access_token_expiry": inputs.access_token_seconds,
        "disable_dynamic_client_registration": not inputs.dynamic_registration,
        "enable_cimd": bool(inputs.metadata_documents),
        # If this is off, Scalekit ignores the list and accepts every document.
        "cimd_client_allowlist_enabled": bool(inputs.metadata_documents),
        "cimd_client_allowlist": [{"type": "URL", "value": url} for url in inputs.metadata_documents],
    }


def _state(environment_url: str, server: dict[str, Any]) -> McpServerState:
    allowlist = server.get("cimd_client_allowlist") or ()
    listed = tuple(entry["value"] for entry in allowlist if entry.get("type") == "URL")
    return McpServerState(
        environment_url=environment_url,
        owner=server.get("description") or "",
        name=server.get("name") or "",
        url=server.get("resource_uri") or "",
        scopes=tuple(_enabled(server.get("scopes") or ())),
        # A 64-bit number is a string in JSON (Protocol Buffers, JSON format).
        access_token_seconds=int(server.get("access_token_expiry") or 0),
        dynamic_registration=not server.get("disable_dynamic_client_registration", False),
        metadata_documents=listed if server.get("enable_cimd") else (),
        resource_id=server["id"],
        deviations=tuple(_deviations(server, allowlist)),
    )


def _enabled(scopes: Any) -> Iterator[str]:
    # Requests contain names; responses contain objects.
    return (scope["name"] for scope in scopes if scope.get("enabled", True))


def _deviations(server: dict[str, Any], allowlist: Any) -> Iterator[str]:
    if server.get("enable_cimd") and not server.get("cimd_client_allowlist_enabled"):
        yield "every metadata document is accepted: the allowlist is off"
    if server.get("enable_cimd"):
        for entry in allowlist:
            if entry.get("type") != "URL":
                yield f"the metadata documents of {entry.get('value')} are accepted"
