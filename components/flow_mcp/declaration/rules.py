"""What a tenant's parts must be to each other, whatever its authorization server."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from flow_mcp.authorization_servers import KINDS
from flow_mcp.declaration.access import check_access
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.tenant import Declaration, Tenant


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings on a declaration whose shape is right, the chosen authorization server's included."""
    choice = list(check_choice(declaration.tenant))
    yield from choice
    yield from _environments(declaration.tenant)
    yield from _access(declaration)
    yield from _names(declaration)
    if not choice:
        yield from declaration.kind.check(declaration)


def check_choice(tenant: Tenant) -> Iterator[Finding]:
    """Exactly one authorization server must be declared."""
    chosen = [kind.key for kind in KINDS if getattr(tenant.authorization_server, kind.field) is not None]
    if len(chosen) != 1:
        known = ", ".join(kind.key for kind in KINDS)
        yield Finding(
            ("authorizationServer",),
            f"names {len(chosen)} authorization servers ({', '.join(chosen) or 'none'})",
            f"Name exactly one of: {known}.",
        )


def access_lists(tenant: Tenant) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every access list of clients and manual registrations, by path."""
    for name, client in tenant.clients.items():
        yield ("clients", name, "access"), client.access
    for name, manual in tenant.manual_registrations.items():
        yield ("manualRegistrations", name, "access"), manual.access


def _environments(tenant: Tenant) -> Iterator[Finding]:
    for name, workspace in tenant.workspaces.items():
        for index, environment in enumerate(workspace.environments):
            if environment in workspace.environments[:index]:
                path = ("workspaces", name, "environments", index)
                yield Finding(path, f"names {environment} again", "Remove the repetition.")


def _access(declaration: Declaration) -> Iterator[Finding]:
    for path, access in access_lists(declaration.tenant):
        yield from check_access(declaration, path, access)


def _names(declaration: Declaration) -> Iterator[Finding]:
    tenant = declaration.tenant
    for name in tenant.manual_registrations:
        if name in tenant.clients:
            yield Finding(
                ("manualRegistrations", name),
                "has the name of a client, and outputs name both by it",
                "Choose another name.",
            )
    owner: dict[str, str] = {}
    for where, name, client_id in chain(
        (("clients", name, declaration.client_id(name)) for name in tenant.clients),
        (
            ("manualRegistrations", name, manual.client_id)
            for name, manual in tenant.manual_registrations.items()
        ),
    ):
        if client_id in owner:
            yield Finding(
                (where, name, "clientId"),
                f"is the client ID of {owner[client_id]} too",
                "Give each application its own registration.",
            )
        owner.setdefault(client_id, f"{where}.{name}")
