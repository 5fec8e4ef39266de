"""Changes of an access list: the protected resources that a client or registration method gains and loses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import quoted_list
from flow_mcp.review.diff.kinds import change


@dataclass(frozen=True)
class DeclaredAccess:
    """An access list.

    Attributes:
        entries: as they are declared.
        resources: keys of the protected resources that the entries grant access to.
    """

    entries: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


def access_changes(
    before_after: BeforeAfter,
    holder: str,
    subject: str,
    name: str,
    path: Path,
    before: DeclaredAccess,
    after: DeclaredAccess,
) -> Iterator[Change]:
    """Yield the access gained and lost; if only the notation of the list changes, yield that.

    Args:
        before_after: the tenant before and after.
        holder: `client` or `registration`: the first word of the kinds of change.
        subject: the subject of the changes.
        name: the grammatical subject of the sentences.
        path: the path of the access list.
        before: the access list before.
        after: the access list after.
    """
    changes = [
        *_gains(holder, subject, name, path, before, after),
        *_wildcards(subject, name, path, before.entries, after.entries),
    ]
    yield from changes
    if before_after.field_changes.take(*map(str, path)) and not changes:
        text = f"{name} keeps the same access; only the notation of its access list changes."
        yield change(
            "access-written-differently",
            subject,
            path,
            text,
            before=list(before.entries),
            after=list(after.entries),
        )


def _gains(
    holder: str, subject: str, name: str, path: Path, before: DeclaredAccess, after: DeclaredAccess
) -> Iterator[Change]:
    gained = [key for key in after.resources if key not in before.resources]
    lost = [key for key in before.resources if key not in after.resources]
    values = {"before": list(before.resources), "after": list(after.resources)}
    if gained:
        yield change(
            f"{holder}-gains-access",
            subject,
            path,
            f"{name} gains access to {quoted_list(gained)}.",
            **values,
        )
    if lost:
        yield change(
            f"{holder}-loses-access", subject, path, f"{name} loses access to {quoted_list(lost)}.", **values
        )


def _wildcards(
    subject: str, name: str, path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[Change]:
    values = {"before": sorted(before), "after": sorted(after)}
    if added := _new_wildcards(after, before):
        text = (
            f"{name} automatically gets access to protected resources that are added later and match "
            f"{quoted_list(added)}."
        )
        yield change("access-wildcard-added", subject, path, text, **values)
    if removed := _new_wildcards(before, after):
        text = (
            f"{name} no longer gets access automatically to protected resources that are added later "
            f"and match {quoted_list(removed)}."
        )
        yield change("access-wildcard-removed", subject, path, text, **values)


def _new_wildcards(entries: tuple[str, ...], previous: tuple[str, ...]) -> list[str]:
    """Return the wildcards that the previous list neither contains nor covers with `*`."""
    return sorted(
        entry for entry in entries if entry.endswith("*") and entry not in previous and "*" not in previous
    )
