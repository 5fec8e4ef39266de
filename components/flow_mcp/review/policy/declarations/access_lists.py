"""Who may come to a tenant's protected resources, by the places in its file that say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.people import Way
    from flow_mcp.declaration.findings import Path
    from flow_mcp.declaration.tenant import Declaration


def ways(declaration: Declaration) -> Iterator[tuple[Path, Way]]:
    """The open ways to become a client whom no declaration names, each with its place."""
    kind = declaration.kind
    for key, way in kind.ways(declaration).items():
        if way:
            yield ("authorizationServer", kind.key, kind.ways_at, key), way


def way(declaration: Declaration, key: str) -> Iterator[tuple[Path, Way]]:
    """The way with this key, if it is open."""
    yield from (found for found in ways(declaration) if found[0][-1] == key)


def access_lists(declaration: Declaration) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every access list of the tenant: clients', manual registrations' and ways'."""
    tenant = declaration.tenant
    for name, client in tenant.clients.items():
        yield ("clients", name, "access"), client.access
    for name, manual in tenant.manual_registrations.items():
        yield ("manualRegistrations", name, "access"), manual.access
    for path, each in ways(declaration):
        yield (*path, "access"), each.access
