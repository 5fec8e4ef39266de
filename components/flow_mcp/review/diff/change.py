"""A change and its risk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flow_mcp.declaration.findings import Path


class Risk(StrEnum):
    """The risk of a change; high and medium need an approval.

    high: it gives access to clients or people that nobody named, removes a protection, or breaks all clients.
    medium: a named client, group or other part gains or loses something.
    low: less is permitted than before.
    none: nobody gains or loses anything.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"

    @property
    def order(self) -> int:
        """The position in the order of risks: 0 for the highest."""
        return list(Risk).index(self)

    @property
    def needs_approval(self) -> bool:
        """Whether a reviewer must approve a change of this risk before it is applied."""
        return self in {Risk.HIGH, Risk.MEDIUM}


def worst(risks: Iterable[Risk]) -> Risk:
    """Return the highest of several risks; `none` if there are none."""
    return min(risks, key=lambda risk: risk.order, default=Risk.NONE)


@dataclass(frozen=True)
class Change:
    """One change of a tenant, described for its reviewers.

    Attributes:
        kind: the stable ID of its kind; docs/diff.md lists all kinds.
        subject: the client, group, resource or other part that it is about.
        path: the path in the tenant's declaration; a path that begins with `instance` is in the instance.
        risk: the risk of its kind.
        text: one sentence. It contains texts of the declaration, so renderers must escape it.
        before: the old value, for programs; None if there was none.
        after: the new value, for programs; None if there is none.
    """

    kind: str
    subject: str
    path: Path
    risk: Risk
    text: str
    before: Any = None
    after: Any = None
