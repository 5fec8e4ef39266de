"""Words and marks that a diff has in every form for people."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.outcome import Outcome

MARKS = {Risk.HIGH: "▲", Risk.MEDIUM: "●", Risk.LOW: "○", Risk.NONE: "·"}


def verdict(outcome: Outcome) -> str:
    """What follows from it, in words."""
    if outcome.blocked:
        return "blocked: a policy refuses it, or it cannot be known what changes"
    if outcome.needs_approval:
        return "somebody must approve it"
    if all(diff.empty for diff in outcome.diffs) and not outcome.unknowns:
        return "no change"
    return "nothing in it needs an approval"


def counted(outcome: Outcome) -> str:
    """How many there are of each risk."""
    return ", ".join(f"{number} {_of(risk)}" for risk, number in outcome.counts().items())


def _of(risk: Risk) -> str:
    return "without risk" if risk is Risk.NONE else str(risk)
