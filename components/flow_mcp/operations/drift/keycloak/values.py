"""Drift of a property, with its values in the state and at the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from flow_mcp.operations.drift.drift import Drift, risk_of
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted_value

OTHER = "declaration-changed"
"""The kind of changes without a kind of their own."""


class Subject:
    """A drifted resource, from which its drift is built.

    Args:
        resource: the resource in the engine's comparison.
        type: the kind of resource for a sentence.
        name: name of the resource to which it belongs, if that is shown instead of its own.
    """

    def __init__(self, resource: Resource, type: str, name: str = "") -> None:  # noqa: A002 the field's name
        self.resource, self.type, self.name = resource, type, name or resource.name

    def changed(
        self, name: str, text: str, kind: str | None, *, risk: Risk | None = None, **values: Any
    ) -> Drift:
        """Return the drift of a property."""
        return self._drift("changed", name, text, kind, risk, **values)

    def deleted(self, text: str, kind: str | None, *, risk: Risk | None = None) -> Drift:
        """Return the drift of a deleted resource."""
        return self._drift("deleted", "", text, kind, risk)

    def other(self, name: str, risk: Risk | None = None) -> Drift:
        """Return the drift of a property without a special meaning."""
        before, after = self.before(name), self.after(name)
        values = f"{_value_text(after)}; the stack set {_value_text(before)}"
        text = f"{name} of the {self.type} {self.name} is {values}."
        kind = None if risk else OTHER
        return self.changed(name, text, kind, risk=risk, before=before, after=after)

    def before(self, name: str) -> Any:
        """Return the property's value in the state."""
        return self.resource.before.get(name)

    def after(self, name: str) -> Any:
        """Return the property's value at the server."""
        return (self.resource.after or {}).get(name)

    def added(self, name: str) -> Iterator[str]:
        """Yield the entries of a list that are only at the server, sorted."""
        yield from sorted(set(map(str, self.after(name) or ())) - set(map(str, self.before(name) or ())))

    def removed(self, name: str) -> Iterator[str]:
        """Yield the entries of a list that are only in the state, sorted."""
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
        level = risk or (risk_of(kind) if kind else Risk.MEDIUM)
        return Drift(self.resource.name, self.type, op, name, text, level, kind, **values)


def _value_text(value: Any) -> str:
    return "not set" if value in (None, "", [], {}) else quoted_value(value)
