"""All kinds of change: their stable IDs, how much each matters, and why. docs/diff.md has the same table."""

from __future__ import annotations

from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.kinds.high import HIGH
from flow_mcp.review.diff.kinds.kind import ChangeKind
from flow_mcp.review.diff.kinds.low import LOW, NONE
from flow_mcp.review.diff.kinds.medium import MEDIUM

KINDS: tuple[ChangeKind, ...] = (*HIGH, *MEDIUM, *LOW, *NONE)
"""What matters most first; shown in this order."""

_BY_ID = {kind.id: kind for kind in KINDS}
_ORDER = {kind.id: index for index, kind in enumerate(KINDS)}

__all__ = ["KINDS", "ChangeKind", "change", "order"]


def change(
    kind: str, subject: str, path: Path, text: str, *, before: Any = None, after: Any = None
) -> Change:
    """A change of a known kind, with the kind's risk."""
    return Change(kind, subject, path, _BY_ID[kind].risk, text, before, after)


def order(change: Change) -> tuple[int, str, str]:
    """Where a change is shown among others."""
    return _ORDER[change.kind], change.subject, str(change.path)
