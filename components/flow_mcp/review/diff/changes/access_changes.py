"""What somebody gains or loses by an access list, whoever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import listed
from flow_mcp.review.diff.kinds import change


@dataclass(frozen=True)
class DeclaredAccess:
    """An access list: as it is written, and what it means."""

    written: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


def access_changes(
    before_after: BeforeAfter,
    whose: str,
    subject: str,
    name: str,
    path: Path,
    before: DeclaredAccess,
    after: DeclaredAccess,
) -> Iterator[Change]:
    """What is gained and lost; where that is nothing though the list was changed, that is said too.

    Args:
        before_after: the tenant.
        whose: `client` or `registration`, as kinds of changes begin.
        subject: of the changes.
        name: how sentences begin.
        path: of the access list.
        before: what it was.
        after: what it will be.
    """
    told = [
        *_gains(whose, subject, name, path, before, after),
        *_wildcards(subject, name, path, before.written, after.written),
    ]
    yield from told
    if before_after.field_changes.take(*map(str, path)) and not told:
        text = f"{name} reaches what it reached before; its access list is written differently."
        yield change(
            "access-written-differently",
            subject,
            path,
            text,
            before=list(before.written),
            after=list(after.written),
        )


def _gains(
    whose: str, subject: str, name: str, path: Path, before: DeclaredAccess, after: DeclaredAccess
) -> Iterator[Change]:
    gained = [key for key in after.resources if key not in before.resources]
    lost = [key for key in before.resources if key not in after.resources]
    both = {"before": list(before.resources), "after": list(after.resources)}
    if gained:
        yield change(f"{whose}-gains-access", subject, path, f"{name} gains {listed(gained)}.", **both)
    if lost:
        yield change(f"{whose}-loses-access", subject, path, f"{name} loses {listed(lost)}.", **both)


def _wildcards(
    subject: str, name: str, path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[Change]:
    both = {"before": sorted(before), "after": sorted(after)}
    if added := _beyond(after, before):
        text = f"{name} reaches whatever is declared later, too: its access list has {listed(added)}."
        yield change("access-wildcard-added", subject, path, text, **both)
    if removed := _beyond(before, after):
        text = f"{name} no longer reaches whatever is declared later: its access list had {listed(removed)}."
        yield change("access-wildcard-removed", subject, path, text, **both)


def _beyond(entries: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    """The wildcards that are not in the other list, by themselves or by a greater one."""
    return sorted(
        entry for entry in entries if entry.endswith("*") and entry not in others and "*" not in others
    )
