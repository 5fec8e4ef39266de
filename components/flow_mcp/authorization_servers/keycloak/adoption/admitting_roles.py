"""Which roles admit people to a client scope that requires a role."""

from __future__ import annotations

from collections.abc import Mapping

from flow_mcp.authorization_servers.keycloak.adoption.realm import Realm


def admitting_roles(realm: Realm, gate: Mapping[str, str]) -> dict[str, str]:
    """Return the roles with which people get a scope, sorted: the path of each in the admin API, by its name.

    Keycloak admits people with a required role, with a role that a required one contains, and with a realm
    role that contains one of these (`DefaultClientSessionContext.isClientScopePermittedForUser`,
    `RoleUtils.expandCompositeRoles`). Roles of clients that contain one are not found: the admin API would
    need a request for each client of the realm.

    Args:
        realm: the realm.
        gate: the roles of which the scope requires one, as `Realm.gate` returns them.
    """
    admitting = dict(gate)
    pending = [*gate.values()]
    while pending:
        contained = realm.contained_roles(pending.pop())
        pending += [path for name, path in contained.items() if name not in admitting]
        admitting |= contained
    containing = {
        name: frozenset(realm.contained_roles(path)) for name, path in realm.composite_roles.items()
    }
    while further := {
        name: realm.composite_roles[name]
        for name, contained in containing.items()
        if name not in admitting and contained & admitting.keys()
    }:
        admitting |= further
    return dict(sorted(admitting.items()))
