"""Unmanaged objects in a realm."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak import appeared_access, appeared_clients, appeared_registration
from flow_mcp.operations.drift.keycloak.appeared_identity import identity_providers
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm


def appeared(realm: Realm, managed: Managed) -> tuple[tuple[Appeared, ...], tuple[str, ...]]:
    """Return the unmanaged objects, highest risk first, and what could not be read, one sentence each.

    An existing realm is expected to contain other clients, scopes and roles. There, only objects that give
    access to a protected resource of the tenant are listed.
    """
    unread = []
    objects = {*_unmanaged_objects(realm, managed)}
    try:
        objects |= {*identity_providers(realm, managed)}
    except RightsError:
        # manage-realm, manage-clients and manage-users are enough for everything else.
        unread.append(
            "Identity providers are not listed: the administrator lacks the realm-management role "
            "view-identity-providers."
        )
    in_order = sorted(objects, key=lambda item: (item.risk.order, item.kind, item.name, item.within))
    return tuple(in_order), tuple(unread)


def _unmanaged_objects(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    yield from appeared_clients.clients(realm, managed)
    yield from appeared_access.scopes(realm, managed)
    yield from appeared_access.scopes_of_new_clients(realm, managed)
    yield from appeared_access.mappers(realm, managed)
    yield from appeared_access.gates(realm, managed)
    yield from appeared_access.roles(realm, managed)
    yield from appeared_access.members(realm, managed)
    yield from appeared_access.service_accounts(realm, managed)
    if managed.server.manages_registration:
        yield from appeared_registration.policies(realm, managed)
    if managed.server.realm.create:
        yield from appeared_registration.client_policies(realm, managed)
        yield from appeared_registration.initial_access_tokens(realm)
