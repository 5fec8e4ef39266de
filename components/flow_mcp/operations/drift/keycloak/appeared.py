"""Unmanaged objects in a realm."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak import appeared_access, appeared_clients, appeared_registration
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm


def appeared(realm: Realm, managed: Managed) -> tuple[Appeared, ...]:
    """Return the unmanaged objects, highest risk first.

    An existing realm is expected to contain other clients, scopes and roles. There, only objects that give
    access to a protected resource of the tenant are listed.
    """
    return tuple(
        sorted(
            set(_unmanaged_objects(realm, managed)),
            key=lambda item: (item.risk.order, item.kind, item.name, item.within),
        )
    )


def _unmanaged_objects(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    yield from appeared_clients.clients(realm, managed)
    yield from appeared_access.scopes(realm, managed)
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
