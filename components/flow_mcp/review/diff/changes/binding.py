"""Changes of the binding of access tokens to a key of the client."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.clients import path_of, subject_of
from flow_mcp.review.diff.changes.registration import noun
from flow_mcp.review.diff.kinds import change

_KEY = "tokens"


def binding_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield a change for each client and registration method whose tokens are now bound, or no longer."""
    changes = [*_of_clients(before_after), *_of_methods(before_after)]
    if changes:
        before_after.field_changes.take(_KEY)
    yield from changes


def _of_clients(before_after: BeforeAfter) -> Iterator[Change]:
    for old, new in before_after.clients().values():
        if old and new and old.binding != new.binding:
            path = (*path_of(new), _KEY)
            declared_here = before_after.field_changes.take(*path)
            yield _change(subject_of(new), path if declared_here else (_KEY,), old.binding, new.binding)


def _of_methods(before_after: BeforeAfter) -> Iterator[Change]:
    old_methods = {method.key: method for method in before_after.access_before.registration_methods}
    for new in before_after.access_after.registration_methods:
        old = old_methods.get(new.key)
        if old and old.binding != new.binding:
            yield _change(noun(new.key), (_KEY,), old.binding, new.binding)


def _change(subject: str, path: Path, before: str | None, after: str | None) -> Change:
    if after is None:
        text = f"Tokens of {subject} are no longer bound to a key: whoever steals one can use it."
        return change("token-binding-removed", subject, path, text, before=before)
    text = f"Tokens of {subject} must be bound to a key by DPoP; without it, calls are rejected."
    return change("token-binding-added", subject, path, text, after=after)
