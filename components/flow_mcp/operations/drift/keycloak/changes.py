"""Drifts of a tenant on Keycloak, from the engine's comparison of its state with the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak import access_changes, client_changes, realm_changes
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Refreshed, Resource

_SIMPLE = {
    "AudienceProtocolMapper": access_changes.mapper,
    "AuthorizationServerMetadata": realm_changes.metadata,
    "Client": client_changes.client,
    "ClientScope": access_changes.client_scope,
    "GenericProtocolMapper": access_changes.mapper,
    "KeycloakClaim": realm_changes.claim,
    "Group": access_changes.group,
    "Realm": realm_changes.realm,
    "RealmClientPolicyProfile": realm_changes.client_policy,
    "RealmClientPolicyProfilePolicy": realm_changes.client_policy,
    "Role": access_changes.role,
}
# The properties by which a resource names what it is a part of.
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
    """Every drift, without those that follow from another: a deleted realm's clients, a client's scopes."""
    gone = {each for each in refreshed.drifted if each.op == "delete"}
    for realm in (each for each in gone if each.type == "Realm"):
        yield from realm_changes.realm(realm)
        return
    ids = _identifiers(gone)
    for resource in refreshed.drifted:
        if not any(resource.before.get(owner) in ids for owner in _OWNERS.get(resource.type, ())):
            yield from _of(resource, refreshed, gone)


def _identifiers(gone: Iterable[Resource]) -> frozenset[str]:
    """What parts of deleted things name them by."""
    return frozenset(
        str(identifier)
        for each in gone
        for identifier in (
            each.id,
            each.before.get("serviceAccountUserId") if each.type == "Client" else None,
            each.before.get("name") if each.type == "Role" else None,
        )
        if identifier
    )


def _of(resource: Resource, refreshed: Refreshed, gone: set[Resource]) -> Iterator[Drift]:
    gone_scopes = frozenset(str(each.before.get("name")) for each in gone if each.type == "ClientScope")
    match resource.type:
        case "ClientDefaultScopes" | "ClientOptionalScopes":
            keys = {str(each.before.get("name")): each.name for each in refreshed.of("ClientScope")}
            yield from client_changes.client_scopes(resource, keys, gone_scopes)
        case "ClientServiceAccountRealmRole":
            yield from client_changes.service_account_role(resource)
        case "GenericRoleMapper":
            scope = resource.before.get("clientScopeId")
            left = [
                each
                for each in refreshed.of("GenericRoleMapper")
                if each.before.get("clientScopeId") == scope and each not in gone
            ]
            yield from access_changes.gate(resource, ungated=not left)
        case "GroupRoles":
            roles = {each.id: each.name.removesuffix("-people-role") for each in refreshed.of("Role")}
            gone_roles = frozenset(each.id for each in gone if each.type == "Role")
            yield from access_changes.group_roles(resource, roles, gone_roles)
        case "KeycloakClientRegistration":
            yield from realm_changes.registration(resource, gone_scopes)
        case known if known in _SIMPLE:
            yield from _SIMPLE[known](resource)
        case _:
            yield from other(resource)


def other(resource: Resource) -> Iterator[Drift]:
    """Drifts of a resource of which nothing is known but its properties."""
    subject = Subject(resource, resource.type)
    if resource.after is None:
        yield subject.deleted(f"{resource.type} {resource.name} was deleted.", "declaration-changed")
        return
    for name in resource.changed:
        yield subject.other(name)
    if not resource.changed:
        yield subject.changed("", f"{resource.type} {resource.name} was changed.", "declaration-changed")
