"""What the change of a declaration means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.clients import clients
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.lifetimes import lifetimes
from flow_mcp.review.diff.changes.people import people
from flow_mcp.review.diff.changes.quoting import shown, value
from flow_mcp.review.diff.changes.registration import registration
from flow_mcp.review.diff.changes.resources import resources
from flow_mcp.review.diff.changes.server import server
from flow_mcp.review.diff.changes.waivers import waivers
from flow_mcp.review.diff.kinds import change, order

# Each takes the values that it tells of; what is left for the last is told by its path.
_COMPARISONS: tuple[Callable[[BeforeAfter], Iterator[Change]], ...] = (
    clients,
    registration,
    people,
    lifetimes,
    resources,
    waivers,
    server,
)


def compare(before: Declaration | None, after: Declaration | None) -> tuple[Change, ...]:
    """Everything that changes, what matters most first; nothing that differs is left out.

    Args:
        before: what was declared; None where there was no such tenant.
        after: what is declared; None where the tenant is removed.
    """
    before_after = BeforeAfter.of(before, after)
    found = [each for comparison in _COMPARISONS for each in comparison(before_after)]
    return tuple(sorted([*found, *_rest(before_after)], key=order))


def _rest(before_after: BeforeAfter) -> Iterator[Change]:
    if before_after.stays:
        for path, (before, after) in before_after.field_changes.take().items():
            text = _sentence(dotted(path), before, after)
            yield change("declaration-changed", dotted(path), path, text, before=before, after=after)
        return
    taken = told(before_after.field_changes.take())
    if before_after.after:
        name, what = before_after.will.tenant, _server(before_after.will.kind, before_after.will.authority)
        text = f"The tenant {name} is new, {what}."
        yield change("tenant-added", f"tenant {name}", (), text, after=taken[1])
    elif before_after.before:
        name, what = before_after.was.tenant, _server(before_after.was.kind, before_after.was.authority)
        text = f"The tenant {name} is no longer declared; it was, {what}."
        yield change("tenant-removed", f"tenant {name}", (), text, before=taken[0])


def _server(kind: str, authority: str | None) -> str:
    return f"with {kind} at {shown(authority)}" if authority else f"with {kind}"


def _sentence(what: str, before: Any, after: Any) -> str:
    if before is None:
        return f"{what} is new: {value(after)}."
    if after is None:
        return f"{what} is gone; it was {value(before)}."
    return f"{what} changes from {value(before)} to {value(after)}."
