"""Compare two declarations of a tenant and list the effects of the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.binding import binding_changes
from flow_mcp.review.diff.changes.clients import client_changes
from flow_mcp.review.diff.changes.enterprise import enterprise_changes
from flow_mcp.review.diff.changes.field_changes import before_and_after
from flow_mcp.review.diff.changes.lifetimes import lifetime_changes
from flow_mcp.review.diff.changes.move import at_second_server, move_changes, pair_servers
from flow_mcp.review.diff.changes.people import people_changes
from flow_mcp.review.diff.changes.quoting import quoted, quoted_value
from flow_mcp.review.diff.changes.registration import registration_changes
from flow_mcp.review.diff.changes.resources import resource_changes
from flow_mcp.review.diff.changes.server import server_changes
from flow_mcp.review.diff.changes.waivers import waiver_changes
from flow_mcp.review.diff.kinds import change, order

# They follow from the second server itself. The client ID of a manual registration does not.
_OF_EVERY_SECOND_SERVER = {"authority-changes", "state-label-changes"}
# Each comparison takes the values that it describes. `_remaining_changes` lists the values that are left.
_COMPARISONS: tuple[Callable[[BeforeAfter], Iterator[Change]], ...] = (
    # Before `client_changes`, which takes all values of clients that are added or removed.
    binding_changes,
    client_changes,
    registration_changes,
    enterprise_changes,
    people_changes,
    lifetime_changes,
    resource_changes,
    waiver_changes,
    server_changes,
)


def compare(before: Declaration | None, after: Declaration | None) -> tuple[Change, ...]:
    """Return all changes, highest risk first; every value that differs is part of a change.

    Args:
        before: the declaration before; None if the tenant did not exist.
        after: the declaration after; None if the tenant is removed.
    """
    pairs = pair_servers(before, after)
    (own_before, own_after), *second_servers = pairs.kept
    changes = [*move_changes(before, after, pairs), *_compared(own_before, own_after)]
    for second_before, second_after in second_servers:
        changes += _elsewhere(second_before, second_after, changes)
    if pairs.added:
        # The access of the same clients and people, as far as it differs at the second server.
        differences = _elsewhere(own_after, pairs.added, ())
        changes += (
            item
            for item in differences
            if item.kind not in _OF_EVERY_SECOND_SERVER
            and not (item.kind == "client-id-changes" and "manualRegistrations" not in item.path)
        )
    return tuple(sorted(changes, key=order))


def _elsewhere(
    before: Declaration | None, after: Declaration | None, reported: Iterable[Change]
) -> tuple[Change, ...]:
    """Return the changes at the second server of a move, without those that both servers have."""
    declaration = after or before
    same = {(item.kind, item.subject, item.text) for item in reported}
    changes = (item for item in _compared(before, after) if (item.kind, item.subject, item.text) not in same)
    return tuple(at_second_server(changes, declaration)) if declaration else ()


def _compared(before: Declaration | None, after: Declaration | None) -> Iterator[Change]:
    before_after = BeforeAfter.of(before, after)
    for comparison in _COMPARISONS:
        yield from comparison(before_after)
    yield from _remaining_changes(before_after)


def _remaining_changes(before_after: BeforeAfter) -> Iterator[Change]:
    if before_after.stays:
        for path, (before, after) in before_after.field_changes.take().items():
            text = _sentence(dotted(path), before, after)
            yield change("declaration-changed", dotted(path), path, text, before=before, after=after)
        return
    old_values, new_values = before_and_after(before_after.field_changes.take())
    if before_after.after:
        access = before_after.access_after
        name, server = access.tenant, _server(access.kind, access.authority)
        text = f"The tenant {name} is added; its authorization server is {server}."
        yield change("tenant-added", f"tenant {name}", (), text, after=new_values)
    elif before_after.before:
        access = before_after.access_before
        name, server = access.tenant, _server(access.kind, access.authority)
        text = f"The tenant {name} is no longer declared; its authorization server was {server}."
        yield change("tenant-removed", f"tenant {name}", (), text, before=old_values)


def _server(kind: str, authority: str | None) -> str:
    return f"{kind} at {quoted(authority)}" if authority else kind


def _sentence(name: str, before: Any, after: Any) -> str:
    if before is None:
        return f"{name} is set to {quoted_value(after)}."
    if after is None:
        return f"{name} is removed; it was {quoted_value(before)}."
    return f"{name} changes from {quoted_value(before)} to {quoted_value(after)}."
