"""Find the objects that a killed update has created in Keycloak but did not write to Pulumi's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.claim_resource import ClaimInputs, claimed_error, find_claims
from flow_mcp.authorization_servers.keycloak.names import OWNER_ATTRIBUTE
from flow_mcp.engine.fleet.interrupted import Operation

Api = Callable[[Administration], AdminApi]

_CLAIM = "flow-mcp:index:KeycloakClaim"
_CLIENT_SECRET = "flow-mcp:index:KeycloakClientSecret"  # noqa: S105 a type
# Keycloak accepts these writes again: they set a list, or add an entry that may exist.
_REPEATABLE = frozenset(
    {
        "flow-mcp:index:KeycloakClientRegistration",
        "flow-mcp:index:KeycloakLinkedPeople",
        "keycloak:index/genericRoleMapper:GenericRoleMapper",
        "keycloak:index/groupRoles:GroupRoles",
        "keycloak:openid/clientDefaultScopes:ClientDefaultScopes",
        "keycloak:openid/clientOptionalScopes:ClientOptionalScopes",
        "keycloak:openid/clientServiceAccountRealmRole:ClientServiceAccountRealmRole",
    }
)


def concerns(operation: Operation) -> bool:
    """Return whether the resource of an operation is at a Keycloak."""
    return operation.type.startswith(("keycloak:", "flow-mcp:index:Keycloak"))


def knows(operation: Operation) -> bool:
    """Return whether this module can determine the result of an interrupted creation."""
    return _is_repeatable(operation) or operation.type in _FINDERS or operation.type == _CLAIM


def created(
    operations: Sequence[Operation], state: Iterable[Mapping[str, Any]], api: Api = AdminApi
) -> dict[str, str]:
    """Return the IDs of the objects that exist in Keycloak, by URN.

    An object belongs to the stack if it has the stack's owner mark, or is in a realm with no claim but the
    stack's own and has the name that the stack gives it.

    Args:
        operations: interrupted creations, all of which `knows` accepts.
        state: the resources in the stack's state.
        api: opens a connection to Keycloak's admin API.

    Raises:
        OwnedByOthersError: another stack has claimed the tenant.
        AuthorizationServerError: Keycloak does not answer or rejects the request.
    """
    known = tuple(state)
    ids: dict[str, str] = {}
    for operation in operations:
        if _is_repeatable(operation):
            continue
        with api(_administration(operation, known)) as connection:
            claim = _own_claim(connection, operation, operations, known)
            if operation.type == _CLAIM:
                object_id = claim
            else:
                object_id = _FINDERS[operation.type](connection, operation.inputs)
        if object_id:
            ids[operation.urn] = object_id
    return ids


def answers(operations: Iterable[Operation], state: Iterable[Mapping[str, Any]], api: Api = AdminApi) -> bool:
    """Return whether each Keycloak of the operations' resources answers its administrator.

    Args:
        operations: operations at one Keycloak, or at two during a move.
        state: the resources in the stack's state.
        api: opens a connection to Keycloak's admin API.
    """
    known = tuple(state)
    administrations = dict.fromkeys(_administration(operation, known) for operation in operations)
    return all(_answers(administration, api) for administration in administrations)


def _answers(administration: Administration, api: Api) -> bool:
    try:
        with api(administration) as connection:
            answer = connection.answer("GET", realm_path(administration.admin_realm))
    except AuthorizationServerError:
        return False
    return answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR


def _administration(operation: Operation, state: Sequence[Mapping[str, Any]]) -> Administration:
    """Return the address and the administrator of the resource's provider, or of the claim itself."""
    if operation.type.startswith("flow-mcp:"):
        return Administration.model_validate(operation.inputs, extra="ignore")
    provider = str(operation.resource.get("provider", "")).rpartition("::")[0]
    inputs = next(resource["inputs"] for resource in state if resource["urn"] == provider)
    return Administration(
        url=str(inputs["url"]), admin_realm=str(inputs["realm"]), admin_client_id=str(inputs["clientId"])
    )


def _own_claim(
    api: AdminApi, operation: Operation, operations: Sequence[Operation], state: Sequence[Mapping[str, Any]]
) -> str | None:
    """Return the ID of the stack's claim at an operation's server; None if the tenant is not claimed there.

    Raises:
        OwnedByOthersError: another stack has claimed the tenant.
    """
    # During a move, the stack has a claim at each server. The claim of a resource has the same parent.
    parent = _parent(operation.urn)
    claims_in_state = (resource for resource in state if resource["type"] == _CLAIM)
    own = next((resource for resource in claims_in_state if _parent(resource["urn"]) == parent), None)
    interrupted = (other for other in operations if other.type == _CLAIM)
    pending = next((other.inputs for other in interrupted if _parent(other.urn) == parent), None)
    recorded = own["inputs"] if own else pending
    if recorded is None:
        return None  # the update was killed before it claimed the tenant, and has created the realm at most
    inputs = ClaimInputs.model_validate(recorded, extra="ignore")
    claims = find_claims(api, inputs.realm, inputs.owner)
    if own is None and len(claims) == 1:
        return claims[0]
    if claims and (own is None or own["id"] not in claims):
        raise claimed_error(api, inputs, claims)
    return str(own["id"]) if own and claims else None


def _parent(urn: str) -> str:
    """Return the types of a resource's parents in its URN, which contain the state label of the server."""
    return str(urn).split("::")[2].rpartition("$")[0]


def _is_repeatable(operation: Operation) -> bool:
    # Creating the resource of a secret only reads it, unless it begins with a rotation.
    reads = operation.type == _CLIENT_SECRET and not operation.inputs.get("previous")
    return operation.type in _REPEATABLE or reads


def _identity_provider(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    realm, alias = str(inputs["realm"]), str(inputs["alias"])
    return (
        f"{realm}/{alias}" if api.find(realm_path(realm, "identity-provider", "instances", alias)) else None
    )


def _realm(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    realm = api.find(realm_path(str(inputs["realm"]))) or {}
    mark = (realm.get("attributes") or {}).get(OWNER_ATTRIBUTE)
    return str(inputs["realm"]) if mark and mark == inputs["attributes"][OWNER_ATTRIBUTE] else None


def _client(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    clients = api.find(realm_path(str(inputs["realmId"]), "clients"), clientId=inputs["clientId"]) or ()
    mark = inputs["extraConfig"][OWNER_ATTRIBUTE]
    return _single(client for client in clients if client["attributes"].get(OWNER_ATTRIBUTE) == mark)


def _scope(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    return _named(api, inputs, "client-scopes")


def _role(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    role = api.find(realm_path(str(inputs["realmId"]), "roles", str(inputs["name"])))
    return str(role["id"]) if role else None


def _group(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    if parent := inputs.get("parentId"):
        return _named(api, inputs, "groups", str(parent), "children")
    return _named(api, inputs, "groups")


def _mapper(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    return _named(api, inputs, "client-scopes", str(inputs["clientScopeId"]), "protocol-mappers", "models")


def _client_policy(api: AdminApi, inputs: Mapping[str, Any], kind: str, resource_path: str) -> str | None:
    realm = str(inputs["realmId"])
    entries = (api.find(realm_path(realm, "client-policies", kind)) or {}).get(kind) or ()
    exists = any(entry["name"] == inputs["name"] for entry in entries)
    return f"{realm}/{resource_path}/{inputs['name']}" if exists else None


def _profile(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    return _client_policy(api, inputs, "profiles", "realm-client-policy-profiles")


def _policy(api: AdminApi, inputs: Mapping[str, Any]) -> str | None:
    return _client_policy(api, inputs, "policies", "realm-client-policy-profile-policies")


def _named(api: AdminApi, inputs: Mapping[str, Any], *path: str) -> str | None:
    # -1 is Keycloak's value for no limit, where a list has pages.
    objects = api.find(realm_path(str(inputs["realmId"]), *path), max=-1, briefRepresentation="true") or ()
    return _single(entry for entry in objects if entry["name"] == inputs["name"])


def _single(objects: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the ID of the only object; names are unique in a realm."""
    return next((str(entry["id"]) for entry in objects), None)


_FINDERS: Mapping[str, Callable[[AdminApi, Mapping[str, Any]], str | None]] = {
    "flow-mcp:index:KeycloakIdentityProvider": _identity_provider,
    "keycloak:index/genericProtocolMapper:GenericProtocolMapper": _mapper,
    "keycloak:index/group:Group": _group,
    "keycloak:index/realm:Realm": _realm,
    "keycloak:index/realmClientPolicyProfile:RealmClientPolicyProfile": _profile,
    "keycloak:index/realmClientPolicyProfilePolicy:RealmClientPolicyProfilePolicy": _policy,
    "keycloak:index/role:Role": _role,
    "keycloak:openid/audienceProtocolMapper:AudienceProtocolMapper": _mapper,
    "keycloak:openid/client:Client": _client,
    "keycloak:openid/clientScope:ClientScope": _scope,
}
