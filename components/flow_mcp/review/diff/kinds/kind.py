"""What a kind of change is."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.review.diff.change import Risk


@dataclass(frozen=True)
class ChangeKind:
    """One kind.

    Attributes:
        id: stable; never used again for something else.
        risk: the same for every change of the kind.
        shows: what has changed.
        why: why it matters as much as that.
    """

    id: str
    risk: Risk
    shows: str
    why: str
