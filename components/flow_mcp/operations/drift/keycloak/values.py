"""How a property's value differs, and the drifts that follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from flow_mcp.operations.drift.drift import Drift, risk_of
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted_value

OTHER = "declaration-changed"
"""The kind of change that has no name of its own."""


class Subject:
    """A drifted resource, to make its drifts from.

    Args:
        resource: as the engine found it.
        type: what it is, in plain words.
        name: Pulumi's name of what it belongs to, if that is shown instead of its own.
    """

    def __init__(self, resource: Resource, type: str, name: str = "") -> None:  # noqa: A002 the field's name
        self.resource, self.type, self.name = resource, type, name or resource.name

    def changed(
        self, name: str, text: str, kind: str | None, *, risk: Risk | None = None, **values: Any
    ) -> Drift:
        """The drift of a property."""
        return self._drift("changed", name, text, kind, risk, **values)

    def deleted(self, text: str, kind: str | None, *, risk: Risk | None = None) -> Drift:
        """The drift of a thing that is gone."""
        return self._drift("deleted", "", text, kind, risk)

    def other(self, name: str, risk: Risk | None = None) -> Drift:
        """The drift of a property that means nothing in particular."""
        before, after = self.before(name), self.after(name)
        text = f"{name} of the {self.type} {self.name} is {_told(after)}; the stack left {_told(before)}."
        kind = None if risk else OTHER
        return self.changed(name, text, kind, risk=risk, before=before, after=after)

    def before(self, name: str) -> Any:
        """A property in the state."""
        return self.resource.before.get(name)

    def after(self, name: str) -> Any:
        """A property at the server."""
        return (self.resource.after or {}).get(name)

    def added(self, name: str) -> Iterator[str]:
        """Entries of a list at the server that the state does not have, sorted."""
        yield from sorted(set(map(str, self.after(name) or ())) - set(map(str, self.before(name) or ())))

    def removed(self, name: str) -> Iterator[str]:
        """Entries of a list in the state that the server does not have, sorted."""
        yield from sorted(set(map(str, self.before(name) or ())) - set(map(str, self.after(name) or ())))

    def _drift(
        self,
        op: Literal["changed", "deleted"],
        name: str,
        text: str,
        kind: str | None,
        risk: Risk | None,
        **values: Any,
    ) -> Drift:
        weight = risk or (risk_of(kind) if kind else Risk.MEDIUM)
        return Drift(self.resource.name, self.type, op, name, text, weight, kind, **values)


def _told(found: Any) -> str:
    return "not set" if found in (None, "", [], {}) else quoted_value(found)
