"""Access lists of a tenant's file, and the entries that admit every user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.authorization_server import RegistrationMethod
    from flow_mcp.declaration.declaration import Declaration
    from flow_mcp.declaration.findings import Path


def registration_methods(declaration: Declaration) -> Iterator[tuple[Path, RegistrationMethod]]:
    """Yield the open registration methods, each with its path."""
    kind = declaration.kind
    for key, registration_method in declaration.server.registration_methods.items():
        if registration_method:
            yield ("authorizationServer", kind.key, kind.registration_methods_at, key), registration_method


def registration_method(declaration: Declaration, key: str) -> Iterator[tuple[Path, RegistrationMethod]]:
    """Yield the registration method with this key, if it is open."""
    yield from ((path, method) for path, method in registration_methods(declaration) if path[-1] == key)


def access_lists(declaration: Declaration) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the access list of every client, manual registration and registration method, with its path."""
    tenant = declaration.tenant
    for name, client in tenant.clients.items():
        yield ("clients", name, "access"), client.access
    for name, manual in tenant.manual_registrations.items():
        yield ("manualRegistrations", name, "access"), manual.access
    for path, method in registration_methods(declaration):
        yield (*path, "access"), method.access


if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration
    from flow_mcp.declaration.findings import Path


def admits_everyone(declaration: Declaration) -> Iterator[Path]:
    """Yield the path of each `people: everyone`."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE and client.people.everyone:
            yield ("clients", name, "people")
    for path, method in registration_methods(declaration):
        if method.people and method.people.everyone:
            yield (*path, "people")
