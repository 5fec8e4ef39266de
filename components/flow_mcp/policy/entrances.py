"""The entries of a tenant's file that grant access to its protected resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.people import Way
    from flow_mcp.declaration.findings import Path
    from flow_mcp.declaration.tenant import Declaration


def ways(declaration: Declaration) -> Iterator[tuple[Path, Way]]:
    """Yield the open registration methods for undeclared clients, each with its path."""
    kind = declaration.kind
    for key, way in kind.ways(declaration).items():
        if way:
            yield ("authorizationServer", kind.key, kind.ways_at, key), way


def way(declaration: Declaration, key: str) -> Iterator[tuple[Path, Way]]:
    """Yield the registration method with this key, if it is open."""
    yield from (found for found in ways(declaration) if found[0][-1] == key)


def access_lists(declaration: Declaration) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the access list of every client, manual registration and registration method, with its path."""
    tenant = declaration.tenant
    for name, client in tenant.clients.items():
        yield ("clients", name, "access"), client.access
    for name, manual in tenant.manual_registrations.items():
        yield ("manualRegistrations", name, "access"), manual.access
    for path, each in ways(declaration):
        yield (*path, "access"), each.access
