"""The resource of a client of an MCP server at Scalekit, with its secret."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from flow_mcp.authorization_servers.discovery.metadata_resource import Unordered
from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.representations import Representation, text, texts
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.authorization_servers.scalekit.import_ids import split_import_id
from flow_mcp.authorization_servers.scalekit.representations import number
from flow_mcp.engine.plugin.resource import Made, Properties, Resource

_LOG = logging.getLogger(__name__)


class ClientInputs(Properties):
    """A client. With redirect URIs it gets tokens for people only, without them for itself only.

    Attributes:
        environment_url: URL of the Scalekit environment.
        resource_id: ID of the MCP server, `res_…`.
        owner: the stack and the client, such as `flow-mcp:acme:nightly-agent`; stored as the description.
        name: name that people see when they consent.
        scopes: scopes that the client may request.
        audience: further audiences of its tokens, in addition to the MCP server's ID.
        access_token_seconds: lifetime of its tokens.
        redirect_uris: redirect URIs, compared exactly.
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
    """A client that exists at Scalekit.

    Attributes:
        client_id: the ID that Scalekit assigned, `m2m_…`.
        secret: the secret, which Scalekit returns once; None for an imported client.
    """

    client_id: str
    secret: str | None = None


class ClientResource(Resource[ClientInputs, ClientState]):
    """A client at Scalekit. Create deletes a client of an interrupted create, because its secret is lost."""

    name = "ScalekitClient"
    inputs = ClientInputs
    state = ClientState
    # The redirect URIs decide the kind of client, but the URIs themselves may change.
    replaced_by: ClassVar[frozenset[str]] = frozenset({"environmentUrl", "resourceId"})
    stable: ClassVar[frozenset[str]] = frozenset({"clientId", "secret"})
    secrets: ClassVar[frozenset[str]] = frozenset({"secret"})

    def __init__(self, api: Callable[[str], ScalekitApi] = ScalekitApi) -> None:
        self._api = api

    def create(self, inputs: ClientInputs) -> Made[ClientState]:
        clients = f"/resources/{inputs.resource_id}/clients"
        with self._api(inputs.environment_url) as api:
            for client_id in _abandoned_clients(api, inputs):
                _LOG.info("deleting the client %s, whose secret was lost", client_id)
                api.delete(f"{clients}/{client_id}")
            response = api.post(clients, _body(inputs))
        state = client_state(
            inputs.environment_url, inputs.resource_id, response["client"], response.get("plain_secret")
        )
        if not state.secret:
            raise AuthorizationServerError(
                f"Scalekit at {inputs.environment_url} returned no secret for client {inputs.name}. Run "
                "`pulumi up` again, which creates the client again."
            )
        return Made(_id(state), state)

    def read(self, resource_id: str, state: ClientState | None) -> Made[ClientState] | None:
        if state:
            environment_url = state.environment_url
        else:
            environment_url, resource_id = split_import_id(resource_id, "a client")
        server, slash, client_id = resource_id.partition("/")
        if not slash or not client_id:
            raise AuthorizationServerError(
                f"A client of Scalekit is imported as <res_…>/<m2m_…>, but the import ID is {resource_id}."
            )
        with self._api(environment_url) as api:
            response = api.find(f"/resources/{server}/clients/{client_id}")
        if response is None:
            return None
        if state is None:
            _LOG.warning(
                "the secret of %s is unknown, because Scalekit returns it once; the stack's outputs omit it",
                client_id,
            )
        return Made(
            resource_id,
            client_state(environment_url, server, response["client"], state.secret if state else None),
        )

    def update(self, resource_id: str, inputs: ClientInputs, state: ClientState) -> ClientState:
        server, _, client_id = resource_id.partition("/")
        with self._api(inputs.environment_url) as api:
            response = api.patch(f"/resources/{server}/clients/{client_id}", _body(inputs))
        return client_state(inputs.environment_url, server, response["client"], state.secret)

    def delete(self, resource_id: str, state: ClientState) -> None:
        server, _, client_id = resource_id.partition("/")
        with self._api(state.environment_url) as api:
            api.delete(f"/resources/{server}/clients/{client_id}")


def _id(state: ClientState) -> str:
    return f"{state.resource_id}/{state.client_id}"


def _abandoned_clients(api: ScalekitApi, inputs: ClientInputs) -> Iterator[str]:
    """Yield the IDs of clients with the same owner, whose response was lost or whose state was deleted.

    Raises:
        OwnedByOthersError: the secret of such a client is in use.
    """
    listed = api.find(f"/resources/{inputs.resource_id}/clients") or {}
    for client in listed.get("clients") or ():
        if client.get("description") != inputs.owner or client.get("is_dcr") or client.get("is_cimd"):
            continue
        if any(secret.get("last_used_time") for secret in client.get("secrets") or ()):
            raise OwnedByOthersError(
                f"Scalekit at {api.url} has a client {client['client_id']} with the description "
                f"{inputs.owner}, which is not in this stack and whose secret is in use. Import it "
                "(docs/authorization-servers/scalekit.md), or delete it there."
            )
        yield client["client_id"]


def _body(inputs: ClientInputs) -> dict[str, Any]:
    """Return the request body of a client (REST API, `ResourceClient`)."""
    return {
        "name": inputs.name,
        "description": inputs.owner,
        "scopes": list(inputs.scopes),
        "audience": list(inputs.audience),
        "expiry": inputs.access_token_seconds,
        "redirect_uris": list(inputs.redirect_uris),
    }


def client_state(
    environment_url: str, resource_id: str, client: Representation, secret: str | None
) -> ClientState:
    """Return the state of a client from its representation (REST API, `ResourceClient`)."""
    return ClientState(
        environment_url=environment_url,
        resource_id=text(client, "resource_id") or resource_id,
        owner=text(client, "description"),
        name=text(client, "name"),
        scopes=texts(client, "scopes"),
        audience=texts(client, "audience"),
        access_token_seconds=number(client, "expiry"),
        redirect_uris=texts(client, "redirect_uris"),
        client_id=text(client, "client_id"),
        secret=secret or None,
    )
