"""Drift of a tenant on Keycloak, from the engine's comparison of its state with the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak import access_changes, client_changes, identity_changes, realm_changes
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Refreshed, Resource

_SIMPLE = {
    "AudienceProtocolMapper": access_changes.mapper,
    "AuthorizationServerMetadata": realm_changes.metadata,
    "Client": client_changes.client,
    "ClientScope": access_changes.client_scope,
    "GenericProtocolMapper": access_changes.mapper,
    "KeycloakClaim": realm_changes.claim,
    "KeycloakIdentityProvider": identity_changes.identity_provider,
    "KeycloakLinkedPeople": identity_changes.linked_people,
    "Group": access_changes.group,
    "Realm": realm_changes.realm,
    "RealmClientPolicyProfile": realm_changes.client_policy,
    "RealmClientPolicyProfilePolicy": realm_changes.client_policy,
    "Role": access_changes.role,
}
# The properties with which a resource refers to the resources that it is a part of.
_OWNERS = {
    "AudienceProtocolMapper": ("clientScopeId",),
    "ClientDefaultScopes": ("clientId",),
    "ClientOptionalScopes": ("clientId",),
    "ClientServiceAccountRealmRole": ("serviceAccountUserId", "role"),
    "GenericProtocolMapper": ("clientScopeId",),
    "GenericRoleMapper": ("clientScopeId", "roleId"),
    "GroupRoles": ("groupId",),
}


def drifts(refreshed: Refreshed) -> Iterator[Drift]:
    """Yield the drift, without consequences of other drift, such as the clients of a deleted realm."""
    deleted = {resource for resource in refreshed.drifted if resource.op == "delete"}
    for realm in (resource for resource in deleted if resource.type == "Realm"):
        yield from realm_changes.realm(realm)
        return
    ids = _identifiers(deleted)
    for resource in refreshed.drifted:
        if not any(resource.before.get(owner) in ids for owner in _OWNERS.get(resource.type, ())):
            yield from _of(resource, refreshed, deleted)


def _identifiers(deleted: Iterable[Resource]) -> frozenset[str]:
    """Return the identifiers with which other resources refer to deleted resources."""
    return frozenset(
        str(identifier)
        for resource in deleted
        for identifier in (
            resource.id,
            resource.before.get("serviceAccountUserId") if resource.type == "Client" else None,
            resource.before.get("name") if resource.type == "Role" else None,
        )
        if identifier
    )


def _of(resource: Resource, refreshed: Refreshed, deleted: set[Resource]) -> Iterator[Drift]:
    deleted_scopes = frozenset(
        str(scope.before.get("name")) for scope in deleted if scope.type == "ClientScope"
    )
    match resource.type:
        case "ClientDefaultScopes" | "ClientOptionalScopes":
            keys = {str(scope.before.get("name")): scope.name for scope in refreshed.of("ClientScope")}
            yield from client_changes.client_scopes(resource, keys, deleted_scopes)
        case "ClientServiceAccountRealmRole":
            yield from client_changes.service_account_role(resource)
        case "GenericRoleMapper":
            scope_id = resource.before.get("clientScopeId")
            remaining = [
                mapping
                for mapping in refreshed.of("GenericRoleMapper")
                if mapping.before.get("clientScopeId") == scope_id and mapping not in deleted
            ]
            yield from access_changes.gate(resource, ungated=not remaining)
        case "GroupRoles":
            roles = {role.id: role.name.removesuffix("-people-role") for role in refreshed.of("Role")}
            deleted_roles = frozenset(role.id for role in deleted if role.type == "Role")
            yield from access_changes.group_roles(resource, roles, deleted_roles)
        case "KeycloakClientRegistration":
            yield from realm_changes.registration(resource, deleted_scopes)
        case known if known in _SIMPLE:
            yield from _SIMPLE[known](resource)
        case _:
            yield from other(resource)


def other(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of a resource whose properties have no special meaning."""
    subject = Subject(resource, resource.type)
    if resource.after is None:
        yield subject.deleted(f"{resource.type} {resource.name} was deleted.", "declaration-changed")
        return
    for name in resource.changed:
        yield subject.other(name)
    if not resource.changed:
        yield subject.changed("", f"{resource.type} {resource.name} was changed.", "declaration-changed")
