"""A tenant during a move: its declaration at the other authorization server, and what a move requires."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration, Origin
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.tenant import Move, Tenant


def declared_move(tenant: Tenant) -> tuple[Literal["movingTo", "movingFrom"], Move] | None:
    """Return the tenant's move with its key; None if the tenant has one authorization server."""
    if tenant.moving_to:
        return "movingTo", tenant.moving_to
    return ("movingFrom", tenant.moving_from) if tenant.moving_from else None


def at_other_server(declaration: Declaration, kind: AuthorizationServerKind) -> Declaration | None:
    """Return the tenant at the other authorization server of a move; None if there is no move.

    Args:
        declaration: the tenant at its own authorization server.
        kind: the kind of the other one.
    """
    move = declared_move(declaration.tenant)
    if move is None:
        return None
    key, declared = move
    tenant = without_move(declaration.tenant).model_copy(
        update={
            "authorization_server": declared.authorization_server,
            "clients": {**declaration.tenant.clients, **declared.clients},
            "manual_registrations": declared.manual_registrations,
            # The record names objects of the tenant's own server.
            "adopted": None,
        }
    )
    return Declaration(declaration.instance, tenant, kind, origin=Origin(key, frozenset(declared.clients)))


def without_move(tenant: Tenant) -> Tenant:
    """Return the tenant without its other authorization server."""
    return tenant.model_copy(update={"moving_to": None, "moving_from": None})


def check_servers(declaration: Declaration, other: Declaration) -> Iterator[Finding]:
    """Yield findings about the two authorization servers of a move, each of which is valid alone."""
    server: Path = (other.origin.key or "", "authorizationServer", other.kind.key)
    if authority(declaration) == authority(other) is not None:
        yield Finding(
            server,
            "is the tenant's own authorization server",
            "Declare another one, or remove the move.",
        )
    elif (
        other.kind.key == declaration.kind.key and other.server.state_label == declaration.server.state_label
    ):
        yield Finding(
            (*server, "stateLabel"),
            f"is the same as for the tenant's other {other.kind.key} server, so that Pulumi could not "
            "distinguish the resources of the two",
            "Declare a stateLabel at the new server, such as `stateLabel: next`, and keep it after the move.",
        )


def check_clients(declaration: Declaration, other: Declaration) -> Iterator[Finding]:
    """Yield findings about a move's clients, and about a second move."""
    if declaration.tenant.moving_to and declaration.tenant.moving_from:
        yield Finding(
            ("movingFrom",),
            "is declared together with movingTo, but a tenant has at most two authorization servers",
            "Complete one move before the next.",
        )
    if declaration.tenant.moving_from and declaration.tenant.adopted:
        yield Finding(
            ("adopted",),
            "names objects of the former authorization server, and would now apply to the new one",
            "Before the switch, remove its lines step by step, and apply each step with `pulumi up`.",
        )
    for name in sorted(other.origin.clients - {*declaration.tenant.clients}):
        yield Finding(
            (other.origin.key or "", "clients", name),
            "is not a client of the tenant",
            "Add it under clients, too: both servers have the same clients.",
        )


def authority(declaration: Declaration) -> str | None:
    """Return the authority, or None if the authorization server assigns it."""
    kind = declaration.kind
    return kind.authority(declaration) if kind.authority else None
