"""All kinds of change with their stable IDs, risks and reasons; docs/diff.md contains the same table."""

from __future__ import annotations

from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.kinds.high import HIGH
from flow_mcp.review.diff.kinds.kind import ChangeKind
from flow_mcp.review.diff.kinds.low import LOW, NONE
from flow_mcp.review.diff.kinds.medium import MEDIUM

KINDS: tuple[ChangeKind, ...] = (*HIGH, *MEDIUM, *LOW, *NONE)
"""All kinds, highest risk first. Changes are shown in this order."""

_BY_ID = {kind.id: kind for kind in KINDS}
_ORDER = {kind.id: index for index, kind in enumerate(KINDS)}

__all__ = ["KINDS", "ChangeKind", "change", "order"]


def change(
    kind: str, subject: str, path: Path, text: str, *, before: Any = None, after: Any = None
) -> Change:
    """Return a change of a kind, with the kind's risk."""
    return Change(kind, subject, path, _BY_ID[kind].risk, text, before, after)


def order(change: Change) -> tuple[int, str, str]:
    """Return the sort key by which changes are shown: kind, subject, path."""
    return _ORDER[change.kind], change.subject, str(change.path)
