"""The definition of a kind of change."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.review.diff.change import Risk


@dataclass(frozen=True)
class ChangeKind:
    """A kind of change with its risk.

    Attributes:
        id: stable; never reused for another meaning.
        risk: applies to every change of the kind.
        shows: what changes.
        why: the reason for the risk.
    """

    id: str
    risk: Risk
    shows: str
    why: str
