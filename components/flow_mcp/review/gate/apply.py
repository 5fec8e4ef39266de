"""Apply an approved plan: run `pulumi up`, and cancel it if it differs from the approved preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flow_mcp.common.counted import counted
from flow_mcp.review.gate.errors import BlockedError, DeviationError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.engine import Event
from flow_mcp.review.preview.preview import Preview, configuration
from flow_mcp.review.preview.secrets import with_masked_secrets
from flow_mcp.review.preview.steps import Step, is_step, step, steps
from flow_mcp.review.preview.unanswered import require_answered
from flow_mcp.review.preview.values import deviations, path_text

_MAXIMUM_PATHS = 3
# The steps of the update by which an approved change may be carried out, once all values are known.
_PERMITTED_STEPS: Mapping[str, frozenset[str]] = {
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
    """The result of an update.

    Attributes:
        steps: the changes that were made.
        needless: approved changes that were unnecessary once unknown values were known.
        rule_results: the findings of the policies during the update.
    """

    steps: tuple[Step, ...]
    needless: tuple[Step, ...]
    rule_results: tuple[RuleResult, ...]


def apply(planner: Planner, plan: Plan, report: Callable[[str], None] = lambda _: None) -> Applied:
    """Run `pulumi up` for an approved plan.

    Raises:
        DeviationError: Pulumi began an unapproved change and was cancelled, or omitted an approved one.
        BlockedError: a policy stopped the update.
        UnansweredError: the update failed because the authorization server did not answer.
        PreviewError: the update failed for another reason.
    """
    stack = plan.preview.stack
    watch = _Watch(plan.preview, report)
    file, refresh = ("--config-file", str(plan.file)), ("--refresh",) if plan.refresh else ()
    run = planner.engine.run("up", "--yes", "--skip-preview", *file, *refresh, stack=stack, watch=watch)
    run = with_masked_secrets(planner.engine, run, stack, *file)
    require_answered(run)
    rule_results = planner.policies.rule_results(run.events)
    if violation := next((finding for finding in rule_results if finding.blocks), None):
        # A value was unknown in the preview, or the server changed it.
        raise BlockedError(
            f"`{run.command}` was stopped by the rule {violation.rule_id}: "
            f"{violation.urn}: {violation.problem}. Earlier changes of this update remain. "
            "Fix the problem, and preview the stack again"
        )
    planner.policies.require_all_ran(run.events)
    done = steps(run.events)
    remaining = tuple(_without(plan.preview.steps, done))
    if omitted := [change for change in remaining if not change.unknown]:
        raise DeviationError(
            f"`{run.command}` OMITTED AN APPROVED CHANGE: {_step_text(omitted[0])}. "
            "Somebody else changes this stack. Find out who, then preview the stack again"
        )
    return Applied(done, remaining, rule_results)


@dataclass
class _Watch:
    """Watches the events of an update, and cancels it at the first difference from the approved preview."""

    approved: Preview
    report: Callable[[str], None]
    begun_urns: set[str] = field(default_factory=set)
    allowed: Mapping[str, list[Step]] = field(init=False)

    def __post_init__(self) -> None:
        self.allowed = _by_urn(self.approved.steps)

    def __call__(self, event: Event) -> None:
        if "preludeEvent" in event and configuration([event]) != self.approved.configuration:
            raise self._deviation("another configuration of the stack")
        if not is_step(event):
            return
        begun = step(event)
        approved = next(
            (change for change in self.allowed.get(begun.urn, ()) if _permits(change, begun)), None
        )
        if approved is None:
            raise self._deviation(_step_text(begun))
        if begun.inputs is not None and (
            paths := tuple(map(path_text, deviations(approved.inputs, begun.inputs)))
        ):
            raise self._deviation(
                f"{_step_text(begun)} with another value of {', '.join(paths[:_MAXIMUM_PATHS])}"
            )
        # The three steps of a replacement count as one change.
        self.begun_urns.add(begun.urn)
        self.report(f"{len(self.begun_urns)} of {counted(len(self.approved.steps), 'change')}")

    def _deviation(self, deviation: str) -> DeviationError:
        stack = self.approved.stack
        return DeviationError(
            f"`pulumi up --stack {stack}` WAS ABOUT TO MAKE AN UNAPPROVED CHANGE and was cancelled: "
            f"{deviation}. Something changed after the approval; {len(self.begun_urns)} approved changes had "
            f"begun. Check the stack with `flow-mcp gate preview {stack}`"
        )


def _by_urn(changes: Iterable[Step]) -> dict[str, list[Step]]:
    """Return the changes by resource: an import and the update that follows it are two changes of one."""
    by_urn: dict[str, list[Step]] = {}
    for change in changes:
        by_urn.setdefault(change.urn, []).append(change)
    return by_urn


def _permits(approved: Step, begun: Step) -> bool:
    return begun.op in _PERMITTED_STEPS.get(approved.op, {approved.op})


def _without(approved: Iterable[Step], done: Iterable[Step]) -> Iterator[Step]:
    """Yield the approved changes that were not made."""
    done_by_urn = _by_urn(done)
    for urn, changes in _by_urn(approved).items():
        made = done_by_urn.get(urn, [])
        # A replacement can end as an update. Several changes of one resource are told apart.
        for change in changes:
            if not made or (len(changes) > 1 and not any(_permits(change, step_made) for step_made in made)):
                yield change


def _step_text(change: Step) -> str:
    return f"{change.op} of {change.urn}"
