"""The resource for an identity provider whose tokens Keycloak validates, and through which nobody signs in.

Pulumi's provider creates identity providers for sign-in only: it requires a client secret and the addresses
of a sign-in, and sets them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.engine.plugin.resource import Made, Resource

_PATH = ("identity-provider", "instances")


class IdentityProviderInputs(Administration):
    """The inputs of an identity provider.

    Attributes:
        realm: name of the realm.
        alias: its name in the realm, which only this project uses.
        kind: Keycloak's type of identity provider.
        config: its settings (IdentityProviderRepresentation, `config`), without secrets.
    """

    realm: str
    alias: str
    kind: str
    config: dict[str, str]


class IdentityProviderState(IdentityProviderInputs):
    """The identity provider in the realm.

    Attributes:
        deviations: settings of the identity provider that these properties cannot express.
    """

    deviations: tuple[str, ...] = ()


class IdentityProviderResource(Resource[IdentityProviderInputs, IdentityProviderState]):
    """An identity provider that is hidden from the sign-in page and only validates tokens."""

    name = "KeycloakIdentityProvider"
    inputs = IdentityProviderInputs
    state = IdentityProviderState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "alias", "kind"})
    deviations: ClassVar[frozenset[str]] = frozenset({"deviations"})

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def check_create(self, inputs: IdentityProviderInputs) -> None:
        with self._api(inputs) as api:
            if api.find(realm_path(inputs.realm, *_PATH, inputs.alias)) is not None:
                raise OwnedByOthersError(
                    f"Realm {inputs.realm} at Keycloak {api.url} has an identity provider {inputs.alias} "
                    "that is not in the stack's state. An interrupted update may have created it. Delete it, "
                    "and run `pulumi up` again."
                )

    def create(self, inputs: IdentityProviderInputs) -> Made[IdentityProviderState]:
        with self._api(inputs) as api:
            api.post(realm_path(inputs.realm, *_PATH), _representation(inputs))
        return Made(f"{inputs.realm}/{inputs.alias}", IdentityProviderState(**inputs.model_dump()))

    def read(
        self, resource_id: str, state: IdentityProviderState | None
    ) -> Made[IdentityProviderState] | None:
        if state is None:
            raise AuthorizationServerError("An identity provider cannot be imported. `pulumi up` creates it.")
        with self._api(state) as api:
            found = api.find(realm_path(state.realm, *_PATH, state.alias))
        if found is None:
            return None
        present = state.model_copy(
            update={
                "kind": str(found["providerId"]),
                "config": {key: str(value) for key, value in sorted((found.get("config") or {}).items())},
                "deviations": tuple(_deviations(found)),
            }
        )
        return Made(resource_id, present)

    def update(
        self, resource_id: str, inputs: IdentityProviderInputs, state: IdentityProviderState
    ) -> IdentityProviderState:
        del resource_id, state
        with self._api(inputs) as api:
            api.put(realm_path(inputs.realm, *_PATH, inputs.alias), _representation(inputs))
        return IdentityProviderState(**inputs.model_dump())

    def delete(self, resource_id: str, state: IdentityProviderState) -> None:
        del resource_id
        with self._api(state) as api:
            api.delete(realm_path(state.realm, *_PATH, state.alias))


def _representation(inputs: IdentityProviderInputs) -> dict[str, Any]:
    return {
        "alias": inputs.alias,
        "providerId": inputs.kind,
        "enabled": True,
        "hideOnLogin": True,
        "linkOnly": True,
        "config": inputs.config,
    }


def _deviations(found: dict[str, Any]) -> list[str]:
    """Return the settings that the properties of this resource do not express and that differ."""
    required = {"enabled": True, "hideOnLogin": True, "linkOnly": True}
    return [f"{key} is {found.get(key)}" for key, value in required.items() if found.get(key) is not value]
