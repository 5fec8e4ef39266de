"""The resource of a client's secret in Keycloak, which keeps the previous secret valid during an overlap.

Keycloak keeps it with its preview feature `client-secret-rotation`: when a client's secret is regenerated and
a client policy with the executor `secret-rotation` applies to the client. Keycloak discards the previous
secret at each change of a client to which no such policy applies. Source: Keycloak 26 Server Administration
Guide, Client secret rotation; class ClientSecretRotationExecutor.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.names import OVERLAP_ATTRIBUTE
from flow_mcp.declaration.texts import UNKNOWN_DAY
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError, Resource

_BYTES = 32


class ClientSecretInputs(Administration):
    """The inputs of a client's secret.

    Attributes:
        realm: name of the realm.
        client_id: client ID of the client, which may be created later in the same update.
        issued: day of the secret, YYYY-MM-DD; None if the declaration has none. Another day is a rotation.
        previous: day of the previous secret, or `unknown`, while that secret must stay valid; None otherwise.
        overlap: how long Keycloak keeps the previous secret, such as `7d`; None if it does not.
    """

    realm: str
    client_id: str
    issued: str | None = None
    previous: str | None = None
    overlap: str | None = None


class ClientSecretState(ClientSecretInputs):
    """The state of a client's secret.

    Attributes:
        value: the secret.
    """

    value: str


class ClientSecretResource(Resource[ClientSecretInputs, ClientSecretState]):
    """The secret of a client. An existing client keeps its secret until the declared day changes."""

    name = "KeycloakClientSecret"
    inputs = ClientSecretInputs
    state = ClientSecretState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "clientId"})
    computed_from: ClassVar[Mapping[str, frozenset[str]]] = {"value": frozenset({"issued"})}
    secrets: ClassVar[frozenset[str]] = frozenset({"value"})

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def create(self, inputs: ClientSecretInputs) -> Made[ClientSecretState]:
        resource_id = f"{inputs.realm}/{inputs.client_id}"
        with self._api(inputs) as api:
            client = _Client.find(api, inputs)
            current = client and client.secret()
            if client and current and inputs.previous:
                return Made(resource_id, _rotated(client, inputs, resource_id, current))
        return Made(resource_id, _state(inputs, current or _new_secret()))

    def read(self, resource_id: str, state: ClientSecretState | None) -> Made[ClientSecretState]:
        if state is None:
            raise AuthorizationServerError("A client's secret cannot be imported. `pulumi up` reads it.")
        # A secret that was changed without Pulumi is drift of the client, whose input is this secret.
        return Made(resource_id, state)

    def update(
        self, resource_id: str, inputs: ClientSecretInputs, state: ClientSecretState
    ) -> ClientSecretState:
        with self._api(inputs) as api:
            client = _Client.find(api, inputs)
            if not _rotates(inputs, state):
                if client and state.previous and not inputs.previous:
                    client.withdraw_previous()
                return _state(inputs, state.value)
            if client and inputs.previous:
                return _rotated(client, inputs, resource_id, state.value)
            reverted = state.previous is not None and (inputs.issued or UNKNOWN_DAY) == state.previous
            if client and reverted and (previous := client.previous()):
                # The rotation is reverted. The client's own resource sets the previous secret again.
                return _state(inputs, previous)
            if client:
                client.withdraw_previous()
            return _state(inputs, _new_secret())

    def delete(self, resource_id: str, state: ClientSecretState) -> None:
        """Leave the client as it is: its own resource deletes it."""


class _Client:
    """A client in Keycloak.

    Args:
        api: the connection to the admin API.
        path: the path of the client.
        client_id: its client ID.
    """

    def __init__(self, api: AdminApi, path: str, client_id: str) -> None:
        self._api, self._path, self.client_id = api, path, client_id

    @classmethod
    def find(cls, api: AdminApi, inputs: ClientSecretInputs) -> _Client | None:
        clients = api.find(realm_path(inputs.realm, "clients"), clientId=inputs.client_id) or ()
        # The preflight has rejected a client of another owner.
        paths = [realm_path(inputs.realm, "clients", str(client["id"])) for client in clients]
        return cls(api, paths[0], inputs.client_id) if paths else None

    def secret(self) -> str | None:
        return _value(self._api.get(f"{self._path}/client-secret"))

    def previous(self) -> str | None:
        return _value(self._api.find(f"{self._path}/client-secret/rotated"))

    def set_overlap(self, overlap: str) -> None:
        """Set the attribute with the overlap. Keycloak keeps the properties that a representation omits."""
        self._api.put(self._path, {"clientId": self.client_id, "attributes": {OVERLAP_ATTRIBUTE: overlap}})

    def regenerate(self) -> str:
        secret = _value(self._api.post_for(f"{self._path}/client-secret"))
        if secret is None:
            raise AuthorizationServerError(f"Keycloak returned no new secret of {self.client_id}.")
        return secret

    def withdraw_previous(self) -> None:
        self._api.delete(f"{self._path}/client-secret/rotated")


def _rotates(inputs: ClientSecretInputs, state: ClientSecretState) -> bool:
    """Return whether the client gets a new secret. Recording the day of the first one changes nothing."""
    if inputs.issued is None and state.previous != UNKNOWN_DAY:
        return False  # the day is no longer recorded, which is no rotation
    return inputs.issued != state.issued and bool(state.issued or inputs.previous)


def _rotated(
    client: _Client, inputs: ClientSecretInputs, resource_id: str, known_secret: str
) -> ClientSecretState:
    """Regenerate the client's secret, unless an interrupted update has done that.

    Raises:
        PartlyDoneError: Keycloak did not keep the previous secret; has the new secret in its state.
    """
    client.set_overlap(str(inputs.overlap))
    current = client.secret()
    if current and current != known_secret and client.previous() == known_secret:
        return _state(inputs, current)
    state = _state(inputs, client.regenerate())
    if client.previous() != current:
        raise PartlyDoneError(
            f"Keycloak has not kept the previous secret of {client.client_id}, so {client.client_id} cannot "
            "get tokens until it has its new secret. Hand over the new secret now. Then find out why the "
            "client policy with the executor secret-rotation does not apply to the client.",
            Made(resource_id, state),
        )
    return state


def _state(inputs: ClientSecretInputs, secret: str) -> ClientSecretState:
    return ClientSecretState(**inputs.model_dump(), value=secret)


def _value(representation: Any) -> str | None:
    value = representation.get("value") if isinstance(representation, dict) else None
    return str(value) if value else None


def _new_secret() -> str:
    return secrets.token_urlsafe(_BYTES)
