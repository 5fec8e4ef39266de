"""One change, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flow_mcp.declaration.findings import Path


class Risk(StrEnum):
    """How much a change matters; from medium on, somebody must approve it.

    high: it lets in somebody whom nobody named, takes a protection away, or ends what works for all.
    medium: somebody named gains or loses something.
    low: less is possible than before, or a named part is narrower.
    none: nobody gains or loses anything.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"

    @property
    def order(self) -> int:
        """0 for what matters most."""
        return list(Risk).index(self)

    @property
    def needs_approval(self) -> bool:
        """Whether somebody must look at it before it is applied."""
        return self in {Risk.HIGH, Risk.MEDIUM}


def worst(risks: Iterable[Risk]) -> Risk:
    """The greatest of several; none where there is nothing."""
    return min(risks, key=lambda risk: risk.order, default=Risk.NONE)


@dataclass(frozen=True)
class Change:
    """What one change means.

    Attributes:
        kind: its stable ID; docs/diff.md lists all.
        subject: whom or what it is about.
        path: where it was declared, below the tenant; what `instance` is the first key of, in the instance.
        risk: how much it matters.
        text: one sentence, with the declaration's own texts in it: whoever shows it must escape it.
        before: what was, for a program; None where there was nothing.
        after: what will be, likewise.
    """

    kind: str
    subject: str
    path: Path
    risk: Risk
    text: str
    before: Any = None
    after: Any = None
