"""Run the gate for several tenants: plan all before any update, and analyze each after its update."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL, OK
from flow_mcp.review.diff import digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.gate.apply import Applied, apply
from flow_mcp.review.gate.errors import BlockedError, NotApprovedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.pack_self_test import self_test
from flow_mcp.review.preview.state import analyze

Report = Callable[[str], None]


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


def outcome(planned: Sequence[Plan], as_of: date) -> Outcome:
    """Return the outcome of all plans together."""
    return Outcome(tuple(plan.diff for plan in planned), "preview", as_of)


def make_plans(planner: Planner, report: Report, detail: Report) -> tuple[Plan, ...]:
    """Return a plan for each of the planner's stacks."""
    plans = []
    for stack in planner.files:
        report(f"Previewing {stack}")
        plans.append(planner.plan(stack, detail))
    return tuple(plans)


def is_approved(outcome: Outcome, approved: str) -> bool:
    """Return whether the outcome has the approved digest, or changes nothing."""
    return digest(outcome.diffs) == approved or all(diff.empty for diff in outcome.diffs)


def require_approval(outcome: Outcome, approved: str) -> None:
    """Check that the outcome may be applied.

    Raises:
        BlockedError: no approval can permit it.
        NotApprovedError: its digest is not the approved one.
    """
    if outcome.blocked:
        raise BlockedError(
            "nothing was applied: a rule rejects the change, or the change cannot be determined"
        )
    if not is_approved(outcome, approved):
        raise NotApprovedError(
            f"nothing was applied: the approved digest is {approved}, and the digest of the change is "
            f"{digest(outcome.diffs)}. Review the change, and have it approved again"
        )


def apply_plans(
    planner: Planner, planned: Sequence[Plan], report: Report, detail: Report
) -> Iterator[Result]:
    """Apply approved plans one after the other, and analyze the state after each.

    Raises:
        DeviationError: Pulumi deviated from a plan; later stacks were not changed.
        BlockedError: a policy stopped an update; likewise.
        PreviewError: an update or an analysis failed; likewise.
    """
    report("Testing the policy pack with bad examples")
    self_test(planner.engine, planner.policies)
    for plan in planned:
        stack, done = plan.preview.stack, None
        if not plan.preview.empty:
            report(f"Applying {stack}")
            done = apply(planner, plan, detail)
        report(f"Analyzing {stack}")
        yield Result(stack, done, _analyze(planner, stack) if plan.preview.after else None)


def analyze_stacks(planner: Planner, report: Report, *, must_exist: bool) -> Iterator[Result]:
    """Evaluate the policies on the states of stacks, without any change.

    Args:
        planner: the planner of the stacks.
        report: called with each step.
        must_exist: whether a stack without resources is an error.

    Raises:
        PreviewError: an analysis failed, or a stack has no resources although it must.
    """
    report("Testing the policy pack with bad examples")
    self_test(planner.engine, planner.policies)
    for stack in planner.files:
        report(f"Analyzing {stack}")
        evaluate = _analyze if must_exist else _analyze_if_any
        yield Result(stack, None, evaluate(planner, stack))


def _analyze_if_any(planner: Planner, stack: str) -> tuple[RuleResult, ...] | None:
    return analyze(planner.engine, planner.policies, stack)


def _analyze(planner: Planner, stack: str) -> tuple[RuleResult, ...]:
    if (rule_results := _analyze_if_any(planner, stack)) is None:
        raise PreviewError(f"the stack {stack} has no resources at this backend, so no rule was evaluated")
    return rule_results
