"""Compute a tenant's access from its declaration."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.access.tenant_access import (
    ClientAccess,
    PeopleAccess,
    RegistrationMethodAccess,
    TenantAccess,
)
from flow_mcp.declaration.authorization_server import RegistrationMethod
from flow_mcp.declaration.base import Declared, seconds
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.enterprise import issuers_of
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.settings import Grant

# Of known applications, their hosts or documents are the limits.
_NOT_LIMITS = {"access", "people", "applications"}


def snapshot(declaration: Declaration) -> TenantAccess:
    """Return the access of clients and people to the tenant's protected resources; calls no server."""
    kind = declaration.kind
    pending = frozenset(kind.pending(declaration))
    return TenantAccess(
        tenant=declaration.tenant.id,
        kind=kind.key,
        authority=kind.authority(declaration) if kind.authority else None,
        resources=tuple(resource.key for resource in declaration.resources),
        pending=tuple(sorted(pending)),
        clients=tuple(sorted(_clients(declaration, pending), key=lambda client: client.name)),
        registration_methods=tuple(
            RegistrationMethodAccess(key, _limits(method), _reached(declaration, method.access, pending))
            for key, method in sorted(declaration.server.registration_methods.items())
            if method
        ),
        people={resource.key: _people(declaration, resource) for resource in declaration.resources},
        lifetimes=dict(sorted(_lifetimes(declaration))),
        other=snapshot(declaration.other) if declaration.other else None,
    )


def _clients(declaration: Declaration, pending: frozenset[str]) -> Iterator[ClientAccess]:
    client_ids_chosen = declaration.kind.chooses_client_ids
    for name, client in declaration.tenant.clients.items():
        yield ClientAccess(
            name=name,
            registration="managed",
            client_id=declaration.client_id(name) if client_ids_chosen else None,
            grant=client.grant.value,
            authentication=client.authentication,
            redirect_uris=tuple(sorted(client.redirect_uris)),
            web_origins=tuple(sorted(client.web_origins)),
            resources=_reached(declaration, client.access, pending),
            secret_issued=client.secret.issued if client.secret else None,
            secret_expires=client.secret.expires if client.secret else None,
            secret_previous=client.secret.previous if client.secret else None,
            rotation_due=client.secret.due.isoformat() if client.secret and client.secret.due else None,
            assertion_issuers=tuple(sorted(entry.issuer for entry in issuers_of(declaration, name))),
        )
    for name, manual in declaration.tenant.manual_registrations.items():
        yield ClientAccess(
            name=name,
            registration="manual",
            client_id=manual.client_id,
            grant=manual.grant.value,
            authentication=None,
            redirect_uris=(),
            web_origins=(),
            resources=_reached(declaration, manual.access, pending),
            secret_issued=None,
            secret_expires=None,
        )


def _reached(declaration: Declaration, access: tuple[str, ...], pending: frozenset[str]) -> tuple[str, ...]:
    return tuple(resource.key for resource in declaration.reached_by(access) if resource.key not in pending)


def _limits(method: RegistrationMethod) -> dict[str, tuple[str, ...]]:
    """Return all fields of a registration method except its access and people."""
    # Every method is a model of the declaration; the protocol has only the fields that all of them share.
    declared = method.model_dump(by_alias=True, exclude=_NOT_LIMITS) if isinstance(method, Declared) else {}
    return {
        key: tuple(sorted(value)) if isinstance(value, tuple) else (str(value),)
        for key, value in sorted(declared.items())
    }


def _people(declaration: Declaration, resource: ResourceDeclared) -> PeopleAccess:
    people = admitted(declaration, resource)
    undeclared = people.is_empty and any(
        manual.grant is Grant.AUTHORIZATION_CODE and resource in declaration.reached_by(manual.access)
        for manual in declaration.tenant.manual_registrations.values()
    )
    return PeopleAccess(tuple(sorted(people.groups)), people.everyone, undeclared)


def _lifetimes(declaration: Declaration) -> Iterator[tuple[str, int]]:
    for path, duration in declaration.server.lifetimes.items():
        yield path, seconds(duration)
    for name, client in declaration.tenant.clients.items():
        if client.secret and client.secret.lifetime:
            yield f"clients.{name}.secret", seconds(client.secret.lifetime)
