"""The resource of an MCP server at Scalekit, which is the authorization server of one protected resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from flow_mcp.authorization_servers.discovery.metadata_resource import Unordered
from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.representations import Representation, flag, objects, text
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.authorization_servers.scalekit.import_ids import split_import_id
from flow_mcp.authorization_servers.scalekit.representations import is_enabled, number
from flow_mcp.authorization_servers.take_over import remedy, takes_over
from flow_mcp.engine.plugin.resource import Made, Properties, Resource

_REGISTRATION = frozenset({"enable_cimd", "cimd_client_allowlist_enabled", "cimd_client_allowlist"})
"""The fields of an MCP server that a deviation concerns."""


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
        state = mcp_server_state(inputs.environment_url, response["resource"])
        return Made(state.resource_id, state)

    def read(self, resource_id: str, state: McpServerState | None) -> Made[McpServerState] | None:
        if state:
            environment_url = state.environment_url
        else:
            environment_url, resource_id = split_import_id(resource_id, "an MCP server")
        with self._api(environment_url) as api:
            response = api.find(f"/resources/{resource_id}")
        if response is None:
            return None
        if response["resource"].get("resource_type") != "MCP_SERVER":
            raise AuthorizationServerError(
                f"{resource_id} at {environment_url} is not an MCP server. Import the ID of an MCP server."
            )
        return Made(resource_id, mcp_server_state(environment_url, response["resource"]))

    def update(self, resource_id: str, inputs: McpServerInputs, state: McpServerState) -> McpServerState:
        present, wanted = _body(state), _body(inputs)
        with self._api(inputs.environment_url) as api:
            response = api.patch(
                f"/resources/{resource_id}",
                {
                    name: value
                    for name, value in wanted.items()
                    if value != present[name] or (state.deviations and name in _REGISTRATION)
                },
            )
        return mcp_server_state(inputs.environment_url, response["resource"])

    def delete(self, resource_id: str, state: McpServerState) -> None:
        with self._api(state.environment_url) as api:
            api.delete(f"/resources/{resource_id}")


def _server_with_url(api: ScalekitApi, inputs: McpServerInputs) -> Representation | None:
    """Return the MCP server with this URL that an interrupted create has left; None if there is none.

    Raises:
        OwnedByOthersError: an MCP server with the URL has another owner in its description, or has clients,
            which an interrupted create has not. Then another stack of the tenant manages it.
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
    for server in servers:
        resource_id = text(server, "id")
        clients = objects(api.find(f"/resources/{resource_id}/clients") or {}, "clients")
        if clients and not takes_over([resource_id]):
            raise OwnedByOthersError(
                f"Another stack manages {inputs.owner} at Scalekit {api.url}: its MCP server {resource_id} "
                f"for {inputs.url} has clients, and is not in this stack's state. {remedy([resource_id])}"
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


def mcp_server_state(environment_url: str, server: Representation) -> McpServerState:
    """Return the state of an MCP server from its representation (REST API, `Resource`)."""
    allowlist = objects(server, "cimd_client_allowlist")
    listed = tuple(text(entry, "value") for entry in allowlist if entry.get("type") == "URL")
    return McpServerState(
        environment_url=environment_url,
        owner=text(server, "description"),
        name=text(server, "name"),
        url=text(server, "resource_uri"),
        # Requests contain names; responses contain objects.
        scopes=tuple(text(scope, "name") for scope in objects(server, "scopes") if is_enabled(scope)),
        access_token_seconds=number(server, "access_token_expiry"),
        dynamic_registration=not flag(server, "disable_dynamic_client_registration"),
        metadata_documents=listed if flag(server, "enable_cimd") else (),
        resource_id=text(server, "id"),
        deviations=tuple(_deviations(server, allowlist)),
    )


def _deviations(server: Representation, allowlist: Iterable[Representation]) -> Iterator[str]:
    if flag(server, "enable_cimd"):
        if not flag(server, "cimd_client_allowlist_enabled"):
            yield "every metadata document is accepted: the allowlist is off"
        for entry in allowlist:
            if entry.get("type") != "URL":
                yield f"the metadata documents of {text(entry, 'value')} are accepted"
