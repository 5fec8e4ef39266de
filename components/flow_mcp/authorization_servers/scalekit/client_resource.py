"""The resource that is a client of an MCP server at Scalekit, with its secret."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from flow_mcp.authorization_servers.discovery.metadata_resource import Unordered
from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.authorization_servers.scalekit.mcp_server_resource import environment_to_import_from
from flow_mcp.engine.plugin.resource import Made, Properties, Resource

_LOG = logging.getLogger(__name__)


class ClientInputs(Properties):
    """A client. Without redirect URIs it gets tokens for itself, with them for people, and never both.

    Attributes:
        environment_url: of the Scalekit environment.
        resource_id: of the MCP server, `res_…`.
        owner: mark of the stack and the client, such as `flow-mcp:acme:nightly-agent`; its description.
        name: that people see when they consent.
        scopes: that it may have.
        audience: what its tokens name besides the MCP server's ID.
        access_token_seconds: lifetime of its tokens.
        redirect_uris: exact.
    """

    environment_url: str
    resource_id: str
    owner: str
    name: str
    scopes: Unordered
    audience: Unordered
    access_token_seconds: int
    redirect_uris: Unordered = ()


class ClientState(ClientInputs):
    """The client as it is.

    Attributes:
        client_id: Scalekit's, `m2m_…`.
        secret: Scalekit shows it once; None for a client that was imported.
    """

    client_id: str
    secret: str | None = None


class ClientResource(Resource[ClientInputs, ClientState]):
    """A client whose secret was lost on the way is made anew: nobody knows it, so nobody uses it."""

    name = "ScalekitClient"
    inputs = ClientInputs
    state = ClientState
    # Redirect URIs make it another kind of client; which ones may change.
    replaced_by: ClassVar[frozenset[str]] = frozenset({"environmentUrl", "resourceId"})
    stable: ClassVar[frozenset[str]] = frozenset({"clientId", "secret"})
    secrets: ClassVar[frozenset[str]] = frozenset({"secret"})

    def __init__(self, api: Callable[[str], ScalekitApi] = ScalekitApi) -> None:
        self._api = api

    def create(self, inputs: ClientInputs) -> Made[ClientState]:
        clients = f"/resources/{inputs.resource_id}/clients"
        with self._api(inputs.environment_url) as api:
            for left in _left_behind(api, inputs):
                _LOG.info("a client whose secret nobody knows is removed: %s", left)
                api.delete(f"{clients}/{left}")
            made = api.post(clients, _body(inputs))
        state = _state(inputs.environment_url, inputs.resource_id, made["client"], made.get("plain_secret"))
        if not state.secret:
            raise AuthorizationServerError(
                f"Scalekit at {inputs.environment_url} gave client {inputs.name} no secret. Run `pulumi up` "
                "again: the client is made anew."
            )
        return Made(_id(state), state)

    def read(self, resource_id: str, state: ClientState | None) -> Made[ClientState] | None:
        server, slash, client_id = resource_id.partition("/")
        if not slash or not client_id:
            raise AuthorizationServerError(
                f"A client of Scalekit is imported as <res_…>/<m2m_…>, and {resource_id} is not that."
            )
        environment_url = state.environment_url if state else environment_to_import_from("a client")
        with self._api(environment_url) as api:
            found = api.find(f"/resources/{server}/clients/{client_id}")
        if found is None:
            return None
        if state is None:
            _LOG.warning(
                "the secret of %s is not known, for Scalekit shows it once: the stack's outputs leave it out",
                client_id,
            )
        return Made(
            resource_id, _state(environment_url, server, found["client"], state.secret if state else None)
        )

    def update(self, resource_id: str, inputs: ClientInputs, state: ClientState) -> ClientState:
        server, _, client_id = resource_id.partition("/")
        with self._api(inputs.environment_url) as api:
            found = api.patch(f"/resources/{server}/clients/{client_id}", _body(inputs))
        return _state(inputs.environment_url, server, found["client"], state.secret)

    def delete(self, resource_id: str, state: ClientState) -> None:
        server, _, client_id = resource_id.partition("/")
        with self._api(state.environment_url) as api:
            api.delete(f"/resources/{server}/clients/{client_id}")


def _id(state: ClientState) -> str:
    return f"{state.resource_id}/{state.client_id}"


def _left_behind(api: ScalekitApi, inputs: ClientInputs) -> Iterator[str]:
    """Clients with this one's mark: the answer with their secret never arrived, or a state was lost."""
    listed = api.find(f"/resources/{inputs.resource_id}/clients") or {}
    for client in listed.get("clients") or ():
        if client.get("description") != inputs.owner or client.get("is_dcr") or client.get("is_cimd"):
            continue
        if any(secret.get("last_used_time") for secret in client.get("secrets") or ()):
            raise OwnedByOthersError(
                f"Scalekit at {api.url} has a client {client['client_id']} with the mark {inputs.owner}, "
                "whose secret is in use, and this stack does not know it: import it "
                "(docs/authorization-servers/scalekit.md), or remove it there."
            )
        yield client["client_id"]


def _body(inputs: ClientInputs) -> dict[str, Any]:
    """The client as the API has it (REST API, `ResourceClient`)."""
    return {
        "name": inputs.name,
        "description": inputs.owner,
        "scopes": list(inputs.scopes),
        "audience": list(inputs.audience),
        "expiry": inputs.access_token_seconds,
        "redirect_uris": list(inputs.redirect_uris),
    }


def _state(environment_url: str, resource_id: str, found: dict[str, Any], secret: str | None) -> ClientState:
    return ClientState(
        environment_url=environment_url,
        resource_id=found.get("resource_id") or resource_id,
        owner=found.get("description") or "",
        name=found.get("name") or "",
        scopes=tuple(found.get("scopes") or ()),
        audience=tuple(found.get("audience") or ()),
        # A 64-bit number is a text in JSON (Protocol Buffers, JSON format).
        access_token_seconds=int(found.get("expiry") or 0),
        redirect_uris=tuple(found.get("redirect_uris") or ()),
        client_id=found["client_id"],
        secret=secret or None,
    )
