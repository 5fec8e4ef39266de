"""Changes of a tenant that has, or had, two authorization servers because of a move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.move import authority, without_move
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.quoting import quoted
from flow_mcp.review.diff.kinds import change

_SUBJECT = "authorization server"


@dataclass(frozen=True)
class ServerPairs:
    """The authorization servers of a tenant before and after a change, in pairs.

    Attributes:
        kept: the tenant before and after, at each server that it keeps or replaces; its own server first.
        added: the tenant at a second server that was added.
        removed: the tenant at a second server that was removed.
    """

    kept: tuple[tuple[Declaration | None, Declaration | None], ...]
    added: Declaration | None = None
    removed: Declaration | None = None


def pair_servers(before: Declaration | None, after: Declaration | None) -> ServerPairs:
    """Pair the authorization servers before and after by their identity, and then in their order."""
    old, new = _at_servers(before), _at_servers(after)
    kept: list[tuple[Declaration | None, Declaration | None]] = []
    for side in list(new):
        if same := next((candidate for candidate in old if _identity(candidate) == _identity(side)), None):
            kept.append((same, side))
            old.remove(same)
            new.remove(side)
    if old and new:
        kept.append((old.pop(0), new.pop(0)))
    if not kept:
        kept.append((old.pop(0) if old else None, new.pop(0) if new else None))
    return ServerPairs(tuple(kept), new[0] if new else None, old[0] if old else None)


def move_changes(
    before: Declaration | None, after: Declaration | None, pairs: ServerPairs
) -> Iterator[Change]:
    """Yield what begins, continues or ends a move."""
    if added := pairs.added:
        text = f"A second authorization server is added: {name(added)}. Its tokens are accepted too."
        yield change(
            "authorization-server-added",
            _SUBJECT,
            path_of(added),
            text,
            after={"kind": added.kind.key, "authority": authority(added)},
        )
    if removed := pairs.removed:
        text = (
            f"The authorization server {name(removed)} is removed; its tokens and client IDs become invalid."
        )
        yield change(
            "authorization-server-removed",
            _SUBJECT,
            path_of(removed),
            text,
            before={"kind": removed.kind.key, "authority": authority(removed)},
        )
    if not (before and after and (before.other or after.other)):
        return
    others = {_identity(side.other) for side in (before, after) if side.other}
    if _identity(before) != _identity(after) and others & {_identity(before), _identity(after)}:
        text = f"Clients are sent to {name(after)} instead of {name(before)}."
        yield change(
            "preferred-server-changes",
            _SUBJECT,
            path_of(after),
            text,
            before={"kind": before.kind.key, "authority": authority(before)},
            after={"kind": after.kind.key, "authority": authority(after)},
        )


def at_second_server(changes: Iterator[Change], declaration: Declaration) -> Iterator[Change]:
    """Yield changes of a tenant at its second authorization server, with their path in the tenant's file."""
    known = authority(declaration)
    place = quoted(known) if known else declaration.kind.key
    for described in changes:
        text = f"{described.text[:-1]} (at {place})."
        yield replace(described, text=text, path=declaration.origin.path(described.path))


def name(declaration: Declaration) -> str:
    """Return the name of an authorization server for reviewers."""
    known = authority(declaration)
    return f"{declaration.kind.key} at {quoted(known)}" if known else declaration.kind.key


def path_of(declaration: Declaration) -> Path:
    """Return the path of an authorization server in the tenant's file."""
    return declaration.origin.path(("authorizationServer", declaration.kind.key))


def _at_servers(declaration: Declaration | None) -> list[Declaration]:
    if declaration is None:
        return []
    if declaration.other is None:
        return [declaration]
    own = replace(declaration, tenant=without_move(declaration.tenant), other=None)
    return [own, declaration.other]


def _identity(declaration: Declaration) -> tuple[str, str | None]:
    kind = declaration.kind
    url = kind.server_url(declaration) if kind.server_url else None
    return kind.key, authority(declaration) or url
