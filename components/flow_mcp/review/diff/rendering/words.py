"""Words and marks that the terminal and Markdown formats share."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.outcome import Outcome

MARKS = {Risk.HIGH: "▲", Risk.MEDIUM: "●", Risk.LOW: "○", Risk.NONE: "·"}


def verdict(outcome: Outcome) -> str:
    """Return whether the change is blocked, needs an approval, or needs none, in words."""
    if outcome.blocked:
        return "blocked: a rule rejects the change, or the change cannot be determined"
    if outcome.needs_approval:
        return "approval required"
    if all(diff.empty for diff in outcome.diffs) and not outcome.unknowns:
        return "no change"
    return "no approval required"


def counted(outcome: Outcome) -> str:
    """Return the number of changes, operations and unknowns of each risk, in words."""
    return ", ".join(f"{number} {_adjective(risk)}" for risk, number in outcome.counts().items())


def _adjective(risk: Risk) -> str:
    return "without risk" if risk is Risk.NONE else str(risk)
