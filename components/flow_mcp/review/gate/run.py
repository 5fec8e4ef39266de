"""The gate over several tenants: all are planned before any is touched, and each is looked at afterwards."""

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
from flow_mcp.review.preview.pack_self_test import probe
from flow_mcp.review.preview.state import analyze

Report = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """What was done to one stack, and what was found there afterwards.

    Attributes:
        stack: its name.
        applied: what was done; None where nothing had to be.
        judgements: what the policies say of what is there; None where nothing is.
    """

    stack: str
    applied: Applied | None
    rule_results: tuple[RuleResult, ...] | None

    @property
    def blocked(self) -> bool:
        """Whether what is there breaks a policy."""
        return any(rule_result.blocks for rule_result in self.rule_results or ())


def verdict(outcome: Outcome) -> int:
    """The exit code of a gate before anything is applied."""
    if outcome.blocked:
        return BLOCKED
    return NEEDS_APPROVAL if outcome.needs_approval else OK


def outcome(planned: Sequence[Plan], as_of: date) -> Outcome:
    """What plans mean, together."""
    return Outcome(tuple(plan.diff for plan in planned), "preview", as_of)


def plans(planner: Planner, report: Report, detail: Report) -> tuple[Plan, ...]:
    """Plans of all the planner's stacks."""
    found = []
    for stack in planner.files:
        report(f"Previewing {stack}")
        found.append(planner.plan(stack, detail))
    return tuple(found)


def permitted(told: Outcome, approved: str) -> bool:
    """Whether it is what was approved, or changes nothing."""
    return digest(told.diffs) == approved or all(diff.empty for diff in told.diffs)


def permit(told: Outcome, approved: str) -> None:
    """Let through what may be applied.

    Raises:
        BlockedError: no approval would do.
        NotApprovedError: something else was approved.
    """
    if told.blocked:
        raise BlockedError("nothing was applied: a policy refuses it, or it cannot be known what changes")
    if not permitted(told, approved):
        raise NotApprovedError(
            f"nothing was applied: approved was {approved}, and what would be applied is "
            f"{digest(told.diffs)} now. Look at it, and have it approved anew"
        )


def applied(planner: Planner, planned: Sequence[Plan], report: Report, detail: Report) -> Iterator[Result]:
    """Apply approved plans, one after the other, and analyze what is there after each.

    Raises:
        DeviationError: Pulumi did something else; the stacks after this one were not touched.
        PreviewError: an update or an analysis failed; likewise.
    """
    report("Trying the policy pack on what it must refuse")
    probe(planner.engine, planner.policies)
    for plan in planned:
        stack, done = plan.preview.stack, None
        if plan.preview.steps:
            report(f"Applying {stack}")
            done = apply(planner, plan, detail)
        report(f"Analyzing {stack}")
        yield Result(stack, done, _analyzed(planner, stack) if plan.preview.after else None)


def analyzed(planner: Planner, report: Report, *, named: bool) -> Iterator[Result]:
    """What is there, judged by the policies, without any change.

    Args:
        planner: with the stacks.
        report: is told each step.
        named: whether somebody expects something in each of them.

    Raises:
        PreviewError: something could not be judged.
    """
    report("Trying the policy pack on what it must refuse")
    probe(planner.engine, planner.policies)
    for stack in planner.files:
        report(f"Analyzing {stack}")
        evaluate = _analyzed if named else _analyzed_if_any
        yield Result(stack, None, evaluate(planner, stack))


def _analyzed_if_any(planner: Planner, stack: str) -> tuple[RuleResult, ...] | None:
    return analyze(planner.engine, planner.policies, stack)


def _analyzed(planner: Planner, stack: str) -> tuple[RuleResult, ...]:
    if (rule_results := _analyzed_if_any(planner, stack)) is None:
        raise PreviewError(f"the stack {stack} has no resources at this backend, so that nothing was judged")
    return rule_results
