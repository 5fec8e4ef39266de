"""The resource by which one stack claims a tenant in a realm, so that no second stack manages it too.

The mark on realms and clients names the tenant alone. Two backends, or two copies of the repository, have the
same mark. What tells them apart is in their states: the ID that Keycloak gives this claim. It survives
`pulumi stack rename` and an export and import of the state.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.registration_policies import PROVIDER_TYPE
from flow_mcp.engine.plugin.resource import Made, Resource

TAKE_OVER = "FLOW_MCP_TAKE_OVER"
"""The environment variable that names the claim that a stack replaces with its own."""
CLAIM = "flow-mcp-claim:"
"""How the kind of a claim begins: a registration policy of this kind applies to nothing."""
_PROVIDER = "consent-required"


class ClaimInputs(Administration):
    """What is claimed.

    Attributes:
        realm: name of the realm.
        owner: mark of the tenant, such as `flow-mcp:acme`.
    """

    realm: str
    owner: Annotated[str, Field(pattern=r"^flow-mcp:")]


class ClaimState(ClaimInputs):
    """A claim; its ID is the resource's."""


class ClaimResource(Resource[ClaimInputs, ClaimState]):
    """A stack's claim to a tenant in a realm. Creating it fails where another stack has one."""

    name = "KeycloakClaim"
    inputs = ClaimInputs
    state = ClaimState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "owner"})
    confirms: ClassVar[bool] = True

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def foresee(self, inputs: ClaimInputs) -> None:
        with self._api(inputs) as api:
            _require_free(api, inputs, claims(api, inputs.realm, inputs.owner))

    def create(self, inputs: ClaimInputs) -> Made[ClaimState]:
        with self._api(inputs) as api:
            before = claims(api, inputs.realm, inputs.owner)
            _require_free(api, inputs, before)
            for claim in before:
                api.delete(realm_path(inputs.realm, "components", claim))
            parent = api.get(realm_path(inputs.realm))["id"]
            kind = f"{CLAIM}{inputs.owner}"
            body = {"name": kind, "providerId": _PROVIDER, "providerType": PROVIDER_TYPE}
            api.post(
                realm_path(inputs.realm, "components"),
                {**body, "parentId": parent, "subType": kind, "config": {}},
            )
            made = claims(api, inputs.realm, inputs.owner)
            if len(made) != 1:
                # Which one is whose cannot be told any more.
                raise _claimed(api, inputs, made)
            return Made(made[0], ClaimState(**inputs.model_dump()))

    def read(self, resource_id: str, state: ClaimState | None) -> Made[ClaimState] | None:
        if state is None:
            raise AuthorizationServerError("A claim cannot be imported: `pulumi up` makes it.")
        with self._api(state) as api:
            found = claims(api, state.realm, state.owner)
            if found and resource_id not in found:
                raise _claimed(api, state, found)
            return Made(resource_id, state) if resource_id in found else None

    def confirm(self, resource_id: str, state: ClaimState) -> None:
        self.read(resource_id, state)

    def update(self, resource_id: str, inputs: ClaimInputs, state: ClaimState) -> ClaimState:
        del resource_id, state
        return ClaimState(**inputs.model_dump())

    def delete(self, resource_id: str, state: ClaimState) -> None:
        with self._api(state) as api:
            api.delete(realm_path(state.realm, "components", resource_id))


def claims(api: AdminApi, realm: str, owner: str) -> Sequence[str]:
    """The IDs of the claims to a tenant in a realm, sorted; none if there is no such realm."""
    found = api.find(realm_path(realm, "components"), type=PROVIDER_TYPE) or ()
    return sorted(str(each["id"]) for each in found if each.get("subType") == f"{CLAIM}{owner}")


def _require_free(api: AdminApi, inputs: ClaimInputs, found: Sequence[str]) -> None:
    if found and list(found) != [os.environ.get(TAKE_OVER)]:
        raise _claimed(api, inputs, found)


def _claimed(api: AdminApi, inputs: ClaimInputs, found: Sequence[str]) -> OwnedByOthersError:
    return OwnedByOthersError(
        f"Another stack manages {inputs.owner} in realm {inputs.realm} at Keycloak {api.url} (claim "
        f"{', '.join(found)}): one at another backend, or of another copy of this repository. Use that one. "
        f"To hand the tenant over to this stack, run `{TAKE_OVER}={found[0]} pulumi up`."
    )
