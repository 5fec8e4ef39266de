"""What is in a realm beside the things that the stack manages."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak import appeared_access, appeared_clients, appeared_registration
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm


def appeared(realm: Realm, managed: Managed) -> tuple[Appeared, ...]:
    """Return everything that was found, what matters most first.

    In a realm that the stack did not make, other people's clients, scopes and roles are expected: only what
    reaches a protected resource of the tenant is listed there.
    """
    found = sorted(set(_found(realm, managed)), key=lambda each: (each.kind, each.name, each.within))
    return tuple(sorted(found, key=lambda each: each.risk.order))


def _found(realm: Realm, managed: Managed) -> Iterator[Appeared]:
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
