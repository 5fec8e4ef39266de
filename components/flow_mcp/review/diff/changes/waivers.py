"""Waivers of policies: accepted, for longer, by somebody else, no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.waivers import Waiver
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import shown
from flow_mcp.review.diff.kinds import change


def waivers(before_after: BeforeAfter) -> Iterator[Change]:
    """All that changes of a tenant's waivers."""
    old = before_after.before.tenant.waivers if before_after.before else {}
    new = before_after.after.tenant.waivers if before_after.after else {}
    for rule in sorted({*old, *new}):
        if before_after.field_changes.take("waivers", rule):
            yield _waiver(rule, old.get(rule), new.get(rule))


def _waiver(rule: str, old: Waiver | None, new: Waiver | None) -> Change:
    path, subject = ("waivers", rule), f"waiver of {rule}"
    both = {"before": _said(old), "after": _said(new)}
    if new is None:
        return change("waiver-removed", subject, path, f"Violations of {rule} are accepted no more.", **both)
    by = f"as {shown(new.accepted_by)} accepted: {shown(new.reason)}"
    until = f"Violations of {rule} are accepted until {new.expires}, {by}."
    if old is None:
        return change("waiver-added", subject, path, until, **both)
    if old.expires == new.expires:
        return change("waiver-changes", subject, path, until, **both)
    kind = "waiver-extended" if new.expires > old.expires else "waiver-shortened"
    return change(kind, subject, path, f"{until[:-1]}; before, until {old.expires}.", **both)


def _said(waiver: Waiver | None) -> dict[str, Any] | None:
    return waiver.model_dump(mode="json", by_alias=True) if waiver else None
