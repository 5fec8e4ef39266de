"""Changes of waivers: added, extended, shortened, changed and removed ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.waivers import Waiver
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import quoted
from flow_mcp.review.diff.kinds import change


def waiver_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of a tenant's waivers."""
    old = before_after.before.tenant.waivers if before_after.before else {}
    new = before_after.after.tenant.waivers if before_after.after else {}
    for rule in sorted({*old, *new}):
        if before_after.field_changes.take("waivers", rule):
            yield _waiver(rule, old.get(rule), new.get(rule))


def _waiver(rule: str, old: Waiver | None, new: Waiver | None) -> Change:
    path, subject = ("waivers", rule), f"waiver of {rule}"
    values = {"before": _json(old), "after": _json(new)}
    if new is None:
        return change("waiver-removed", subject, path, f"{rule} is no longer waived.", **values)
    text = (
        f"{rule} is waived until {new.expires}, accepted by {quoted(new.accepted_by)} "
        f"(reason: {quoted(new.reason)})."
    )
    if old is None:
        return change("waiver-added", subject, path, text, **values)
    if old.expires == new.expires:
        return change("waiver-changes", subject, path, text, **values)
    kind = "waiver-extended" if new.expires > old.expires else "waiver-shortened"
    return change(kind, subject, path, f"{text[:-1]}; before, until {old.expires}.", **values)


def _json(waiver: Waiver | None) -> dict[str, Any] | None:
    return waiver.model_dump(mode="json", by_alias=True) if waiver else None
