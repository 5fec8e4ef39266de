"""The resource with which a stack claims a tenant in a realm, so that no second stack manages the tenant.

The owner mark of realms and clients contains only the tenant. Two backends, or two copies of the repository,
use the same mark. Their states differ in the ID that Keycloak gives the claim. The ID does not change with
`pulumi stack rename`, or when the state is exported and imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.registration_policies import PROVIDER_TYPE
from flow_mcp.authorization_servers.take_over import remedy, takes_over
from flow_mcp.engine.plugin.resource import Made, Resource

CLAIM_PREFIX = "flow-mcp-claim:"
"""Prefix of a claim's subtype. Keycloak applies a registration policy of this subtype to no request."""
_PROVIDER = "consent-required"


class ClaimInputs(Administration):
    """The inputs of a claim.

    Attributes:
        realm: name of the realm.
        owner: owner mark of the tenant, such as `flow-mcp:acme`.
    """

    realm: str
    owner: Annotated[str, Field(pattern=r"^flow-mcp:")]


class ClaimState(ClaimInputs):
    """The state of a claim. The resource's ID is the claim's ID in Keycloak."""


class ClaimResource(Resource[ClaimInputs, ClaimState]):
    """A stack's claim to a tenant in a realm. Creating it fails if another stack has claimed the tenant."""

    name = "KeycloakClaim"
    inputs = ClaimInputs
    state = ClaimState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "owner"})
    checks_ownership: ClassVar[bool] = True

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def check_create(self, inputs: ClaimInputs) -> None:
        with self._api(inputs) as api:
            _require_unclaimed(api, inputs, find_claims(api, inputs.realm, inputs.owner))

    def create(self, inputs: ClaimInputs) -> Made[ClaimState]:
        with self._api(inputs) as api:
            previous = find_claims(api, inputs.realm, inputs.owner)
            _require_unclaimed(api, inputs, previous)
            for claim in previous:
                api.delete(realm_path(inputs.realm, "components", claim))
            parent = api.get(realm_path(inputs.realm))["id"]
            kind = f"{CLAIM_PREFIX}{inputs.owner}"
            body = {"name": kind, "providerId": _PROVIDER, "providerType": PROVIDER_TYPE}
            own = api.post(
                realm_path(inputs.realm, "components"),
                {**body, "parentId": parent, "subType": kind, "config": {}},
            )
            created = find_claims(api, inputs.realm, inputs.owner)
            if len(created) != 1:
                # Another stack claimed the tenant at the same time. A claim in no state would stay forever.
                if own in created:
                    api.delete(realm_path(inputs.realm, "components", own))
                raise claimed_error(api, inputs, [claim for claim in created if claim != own])
            return Made(created[0], ClaimState(**inputs.model_dump()))

    def read(self, resource_id: str, state: ClaimState | None) -> Made[ClaimState] | None:
        if state is None:
            raise AuthorizationServerError("A claim cannot be imported. `pulumi up` creates it.")
        with self._api(state) as api:
            existing = find_claims(api, state.realm, state.owner)
            if existing and resource_id not in existing:
                raise claimed_error(api, state, existing)
            return Made(resource_id, state) if resource_id in existing else None

    def check_ownership(self, resource_id: str, state: ClaimState) -> None:
        self.read(resource_id, state)

    def update(self, resource_id: str, inputs: ClaimInputs, state: ClaimState) -> ClaimState:
        del resource_id, state
        return ClaimState(**inputs.model_dump())

    def delete(self, resource_id: str, state: ClaimState) -> None:
        with self._api(state) as api:
            api.delete(realm_path(state.realm, "components", resource_id))


def find_claims(api: AdminApi, realm: str, owner: str) -> Sequence[str]:
    """Return the sorted IDs of the claims to a tenant in a realm; empty if the realm does not exist."""
    components = api.find(realm_path(realm, "components"), type=PROVIDER_TYPE) or ()
    return sorted(
        str(component["id"])
        for component in components
        if component.get("subType") == f"{CLAIM_PREFIX}{owner}"
    )


def _require_unclaimed(api: AdminApi, inputs: ClaimInputs, claims: Sequence[str]) -> None:
    if claims and not takes_over(claims):
        raise claimed_error(api, inputs, claims)


def claimed_error(api: AdminApi, inputs: ClaimInputs, claims: Sequence[str]) -> OwnedByOthersError:
    """Return the error about a tenant that another stack has claimed."""
    return OwnedByOthersError(
        f"Another stack manages {inputs.owner} in realm {inputs.realm} at Keycloak {api.url} (claim "
        f"{', '.join(claims)}). {remedy(claims)}"
    )
