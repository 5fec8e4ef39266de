"""The resource that is an MCP server at Scalekit: the authorization server of one protected resource."""

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
        environment_url: of the Scalekit environment.
        owner: mark of the stack, such as `flow-mcp:acme`; it stands in the description.
        name: that people see when they consent.
        url: of the protected resource.
        scopes: that its tokens can have.
        access_token_seconds: lifetime of access tokens.
        dynamic_registration: whether anyone may register clients; the reverse of Scalekit's switch.
        metadata_documents: addresses of the metadata documents that are accepted; none: they are off.
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
    """The MCP server as it is.

    Attributes:
        resource_id: Scalekit's, `res_…`.
        deviations: what is otherwise than these properties can say.
    """

    resource_id: str
    deviations: tuple[str, ...] = ()


class McpServerResource(Resource[McpServerInputs, McpServerState]):
    """Made closed or open in one request; one that an interrupted run left behind is taken up again."""

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
            if left := _same_url(api, inputs):
                found = api.patch(f"/resources/{left['id']}", _body(inputs))
            else:
                found = api.post("/resources", {**_body(inputs), "resource_type": "MCP_SERVER"})
        state = _state(inputs.environment_url, found["resource"])
        return Made(state.resource_id, state)

    def read(self, resource_id: str, state: McpServerState | None) -> Made[McpServerState] | None:
        environment_url = state.environment_url if state else environment_to_import_from("an MCP server")
        with self._api(environment_url) as api:
            found = api.find(f"/resources/{resource_id}")
        if found is None:
            return None
        if found["resource"].get("resource_type") != "MCP_SERVER":
            raise AuthorizationServerError(f"{resource_id} at {environment_url} is not an MCP server.")
        return Made(resource_id, _state(environment_url, found["resource"]))

    def update(self, resource_id: str, inputs: McpServerInputs, state: McpServerState) -> McpServerState:
        del state
        with self._api(inputs.environment_url) as api:
            found = api.patch(f"/resources/{resource_id}", _body(inputs))
        return _state(inputs.environment_url, found["resource"])

    def delete(self, resource_id: str, state: McpServerState) -> None:
        with self._api(state.environment_url) as api:
            api.delete(f"/resources/{resource_id}")


def environment_to_import_from(what: str) -> str:
    """Where an import finds Scalekit; the variable is that of the vendor's SDKs.

    Raises:
        AuthorizationServerError: the environment does not say.
    """
    if not (url := os.environ.get("SCALEKIT_ENVIRONMENT_URL")):
        raise AuthorizationServerError(f"To import {what} of Scalekit, set SCALEKIT_ENVIRONMENT_URL.")
    return url.rstrip("/")


def _same_url(api: ScalekitApi, inputs: McpServerInputs) -> dict[str, Any] | None:
    """The MCP server of this URL, if there is one; the stack's mark on it says that the stack made it.

    Raises:
        OwnedByOthersError: one without the mark has the URL.
        AuthorizationServerError: more than one has it.
    """
    same = [found for found in api.mcp_servers() if found.get("resource_uri") == inputs.url]
    for found in sorted(same, key=lambda server: str(server.get("id"))):
        if found.get("description") != inputs.owner:
            raise OwnedByOthersError(
                f"Scalekit at {api.url} has an MCP server for {inputs.url} already ({found.get('id')}), "
                "which this stack did not make: remove it there, or import it "
                "(docs/authorization-servers/scalekit.md)."
            )
    if len(same) > 1:
        ids = ", ".join(sorted(str(found.get("id")) for found in same))
        raise AuthorizationServerError(
            f"Scalekit at {api.url} has more than one MCP server for {inputs.url} ({ids}): "
            "remove all but one."
        )
    return same[0] if same else None


def _body(inputs: McpServerInputs) -> dict[str, Any]:
    """The resource as the API has it (REST API, `CreateResource` and `UpdateResource`)."""
    return {
        "name": inputs.name,
        "description": inputs.owner,
        "resource_uri": inputs.url,
        "scopes": list(inputs.scopes),
        "access_token_expiry": inputs.access_token_seconds,
        "disable_dynamic_client_registration": not inputs.dynamic_registration,
        "enable_cimd": bool(inputs.metadata_documents),
        # Without it the list is ignored, and every document is accepted.
        "cimd_client_allowlist_enabled": bool(inputs.metadata_documents),
        "cimd_client_allowlist": [{"type": "URL", "value": url} for url in inputs.metadata_documents],
    }


def _state(environment_url: str, found: dict[str, Any]) -> McpServerState:
    allowlist = found.get("cimd_client_allowlist") or ()
    listed = tuple(entry["value"] for entry in allowlist if entry.get("type") == "URL")
    return McpServerState(
        environment_url=environment_url,
        owner=found.get("description") or "",
        name=found.get("name") or "",
        url=found.get("resource_uri") or "",
        scopes=tuple(_enabled(found.get("scopes") or ())),
        # A 64-bit number is a text in JSON (Protocol Buffers, JSON format).
        access_token_seconds=int(found.get("access_token_expiry") or 0),
        dynamic_registration=not found.get("disable_dynamic_client_registration", False),
        metadata_documents=listed if found.get("enable_cimd") else (),
        resource_id=found["id"],
        deviations=tuple(_deviations(found, allowlist)),
    )


def _enabled(scopes: Any) -> Iterator[str]:
    # Written as names, read as objects.
    return (scope["name"] for scope in scopes if scope.get("enabled", True))


def _deviations(found: dict[str, Any], allowlist: Any) -> Iterator[str]:
    if found.get("enable_cimd") and not found.get("cimd_client_allowlist_enabled"):
        yield "every metadata document is accepted: the allowlist is off"
    if found.get("enable_cimd"):
        for entry in allowlist:
            if entry.get("type") != "URL":
                yield f"the metadata documents of {entry.get('value')} are accepted"
