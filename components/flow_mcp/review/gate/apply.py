"""What was approved is what is applied: `pulumi up` is watched, and compared with its preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flow_mcp.review.gate.errors import BlockedError, DeviationError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.engine import Event
from flow_mcp.review.preview.preview import Preview, configuration
from flow_mcp.review.preview.run_result import ended
from flow_mcp.review.preview.secrets import masked
from flow_mcp.review.preview.steps import Step, is_step, step, steps
from flow_mcp.review.preview.values import deviations, shown

_SAID = 3
# What an approved change may turn into when values become known: itself, its halves, or less.
_MAY_BECOME: Mapping[str, frozenset[str]] = {
    "replace": frozenset(
        {
            "replace",
            "create-replacement",
            "delete-replaced",
            "import-replacement",
            "discard-replaced",
            "remove-pending-replace",
            "update",
        }
    ),
}


@dataclass(frozen=True)
class Applied:
    """What was done to a stack.

    Attributes:
        steps: the changes that were made.
        needless: approved ones that turned out to be none, when what was not known was known.
        judgements: what the policies said during it.
    """

    steps: tuple[Step, ...]
    needless: tuple[Step, ...]
    rule_results: tuple[RuleResult, ...]


def apply(planner: Planner, plan: Plan, report: Callable[[str], None] = lambda _: None) -> Applied:
    """Run `pulumi up` for an approved plan.

    Raises:
        DeviationError: something else was done, or begun: then the update was cancelled.
        BlockedError: a policy stopped it.
        PreviewError: it failed.
    """
    stack = plan.preview.stack
    watch = _Watch(plan.preview, report)
    file, refresh = ("--config-file", str(plan.file)), ("--refresh",) if plan.refresh else ()
    run = planner.engine.run("up", "--yes", "--skip-preview", *file, *refresh, stack=stack, watch=watch)
    run = masked(planner.engine, run, stack, *file)
    ended(run, preview=False)
    rule_results = planner.policies.rule_results(run.events)
    if refused := next((each for each in rule_results if each.blocks), None):
        # Of a value that its preview could not know, or of what a server made of it.
        raise BlockedError(
            f"`{run.command}` was stopped by the policy {refused.rule_id}: {refused.urn}: {refused.problem}. "
            "What it had done by then is done: mend it, and preview the stack again"
        )
    planner.policies.asked(run.events)
    done = steps(run.events)
    urns = {each.urn for each in done}
    left = tuple(each for each in plan.preview.steps if each.urn not in urns)
    if undone := [each for each in left if not each.unknown]:
        raise DeviationError(
            f"`{run.command}` HAS NOT DONE WHAT WAS APPROVED: {_shown(undone[0])} was approved and not done. "
            "Somebody else changes this stack: find out who, then preview it again"
        )
    return Applied(done, left, rule_results)


@dataclass
class _Watch:
    """Ends an update that does something else than its preview said."""

    approved: Preview
    report: Callable[[str], None]
    begun: set[str] = field(default_factory=set)
    allowed: Mapping[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        self.allowed = {each.urn: each for each in self.approved.steps}

    def __call__(self, event: Event) -> None:
        if "preludeEvent" in event and configuration([event]) != self.approved.configuration:
            raise self._deviation("another configuration")
        if not is_step(event):
            return
        now = step(event)
        before = self.allowed.get(now.urn)
        if before is None or now.op not in _MAY_BECOME.get(before.op, {before.op}):
            raise self._deviation(_shown(now))
        if now.inputs is not None and (paths := tuple(map(shown, deviations(before.inputs, now.inputs)))):
            raise self._deviation(f"{_shown(now)} with another {', '.join(paths[:_SAID])}")
        # A replacement is one change in three steps.
        self.begun.add(now.urn)
        self.report(f"{len(self.begun)} changes of {len(self.approved.steps)}")

    def _deviation(self, what: str) -> DeviationError:
        stack = self.approved.stack
        return DeviationError(
            f"`pulumi up --stack {stack}` WAS ABOUT TO DO WHAT WAS NOT APPROVED and was cancelled: {what}. "
            f"Something changed after the approval, {len(self.begun)} changes had begun: look at the stack "
            f"with `flow-mcp gate preview {stack}`"
        )


def _shown(each: Step) -> str:
    return f"{each.op} of {each.urn}"
