"""Decide which planned changes may be applied, and evaluate the policies on deployed stacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL, OK
from flow_mcp.review.diff import digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.gate.apply import Applied
from flow_mcp.review.gate.errors import BlockedError, NotApprovedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.state import analyze


@dataclass(frozen=True)
class Result:
    """The result of the gate for one stack.

    Attributes:
        stack: the stack's name.
        applied: the update; None if there was nothing to do.
        rule_results: the findings for the stack's state; None if the stack has no resources.
    """

    stack: str
    applied: Applied | None
    rule_results: tuple[RuleResult, ...] | None

    @property
    def blocked(self) -> bool:
        """Whether a rule rejects the stack's state."""
        return any(rule_result.blocks for rule_result in self.rule_results or ())


def verdict(outcome: Outcome) -> int:
    """Return the exit code of a preview by the gate."""
    if outcome.blocked:
        return BLOCKED
    return NEEDS_APPROVAL if outcome.needs_approval else OK


def outcome(plans: Iterable[Plan], as_of: date) -> Outcome:
    """Return the outcome of all plans together."""
    return Outcome(tuple(plan.diff for plan in plans), "preview", as_of)


def require_approval(outcome: Outcome, approved: str) -> None:
    """Check that the whole outcome may be applied.

    Raises:
        BlockedError: no approval can permit it.
        NotApprovedError: its digest is not the approved one, and it changes something.
    """
    if outcome.blocked:
        raise BlockedError(
            "nothing was applied: a rule rejects the change, or the change cannot be determined"
        )
    if digest(outcome.diffs) != approved and not all(diff.empty for diff in outcome.diffs):
        raise NotApprovedError(
            f"nothing was applied: the approved digest is {approved}, and the digest of the change is "
            f"{digest(outcome.diffs)}. Review the change, and have it approved again"
        )


def analyze_state(planner: Planner, stack: str) -> tuple[RuleResult, ...]:
    """Evaluate the policies on the state of a stack.

    Raises:
        PreviewError: the analysis failed, or the stack has no resources.
    """
    if (rule_results := analyze(planner.engine, planner.policies, stack)) is None:
        raise PreviewError(f"the stack {stack} has no resources at this backend, so no rule was evaluated")
    return rule_results
