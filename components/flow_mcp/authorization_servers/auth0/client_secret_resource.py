"""The resource of a client's secret at Auth0, which has one secret for each client.

A rotation ends the present secret at once (https://auth0.com/docs/get-started/applications/rotate-client-secret).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError
from flow_mcp.engine.plugin.resource import Made, Properties, Resource


class Auth0SecretInputs(Properties):
    """The inputs of a client's secret.

    Attributes:
        domain: domain of the Auth0 tenant.
        client_id: client ID of the client.
        issued: day of the secret, YYYY-MM-DD; None if the declaration has none. Another day is a rotation.
    """

    domain: str
    client_id: str
    issued: str | None = None


class Auth0SecretState(Auth0SecretInputs):
    """The state of a client's secret.

    Attributes:
        value: the secret.
    """

    value: str


class Auth0SecretResource(Resource[Auth0SecretInputs, Auth0SecretState]):
    """The secret of a client. A client keeps its secret until the declared day changes."""

    name = "Auth0ClientSecret"
    inputs = Auth0SecretInputs
    state = Auth0SecretState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"domain", "clientId"})
    computed_from: ClassVar[Mapping[str, frozenset[str]]] = {"value": frozenset({"issued"})}
    secrets: ClassVar[frozenset[str]] = frozenset({"value"})

    def __init__(self, api: Callable[[str], ManagementApi] = ManagementApi) -> None:
        self._api = api

    def create(self, inputs: Auth0SecretInputs) -> Made[Auth0SecretState]:
        with self._api(inputs.domain) as api:
            return Made(inputs.client_id, _state(inputs, api.client_secret(inputs.client_id)))

    def read(self, resource_id: str, state: Auth0SecretState | None) -> Made[Auth0SecretState]:
        if state is None:
            raise AuthorizationServerError("A client's secret cannot be imported. `pulumi up` reads it.")
        return Made(resource_id, state)

    def update(
        self, resource_id: str, inputs: Auth0SecretInputs, state: Auth0SecretState
    ) -> Auth0SecretState:
        if None in (state.issued, inputs.issued) or inputs.issued == state.issued:
            return _state(inputs, state.value)
        with self._api(inputs.domain) as api:
            # If an interrupted update has rotated the secret, the server's secret differs from the state's.
            current = api.client_secret(resource_id)
            rotated = current if current != state.value else api.rotate_client_secret(resource_id)
            return _state(inputs, rotated)

    def delete(self, resource_id: str, state: Auth0SecretState) -> None:
        """Leave the client as it is: its own resource deletes it."""


def _state(inputs: Auth0SecretInputs, secret: str | None) -> Auth0SecretState:
    if not secret:
        raise RightsError(
            f"The Auth0 tenant {inputs.domain} did not return the secret of client {inputs.client_id}. Grant "
            "read:client_keys to the administrator's application."
        )
    return Auth0SecretState(**inputs.model_dump(), value=secret)
