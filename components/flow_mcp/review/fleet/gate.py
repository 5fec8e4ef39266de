"""The gate for many tenants: preview them, apply what was approved in waves, analyze their states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.waves import waves
from flow_mcp.review.diff.outcome import Outcome as DiffOutcome
from flow_mcp.review.fleet.engine import fleet_engine
from flow_mcp.review.fleet.fleet import Fleet, FleetError
from flow_mcp.review.fleet.plans import planned, valid_candidates
from flow_mcp.review.fleet.recovery import recover
from flow_mcp.review.fleet.result import Event, Outcome, Result
from flow_mcp.review.fleet.up import Update
from flow_mcp.review.gate import run
from flow_mcp.review.gate.approval import Approval
from flow_mcp.review.gate.errors import BlockedError, DeviationError, NotApprovedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.preview.pack_self_test import self_test
from flow_mcp.review.preview.state import analyze


@dataclass(frozen=True)
class Gated:
    """The result of the gate for many tenants.

    Attributes:
        diffs: the planned changes of the tenants that were previewed.
        results: the updates and the findings for the deployed states, in the order of the tenants.
        outcome: the result of each tenant.
        refused: the exit code if the changes of all tenants together were refused; otherwise None.
    """

    diffs: DiffOutcome
    results: tuple[run.Result, ...]
    outcome: Outcome
    refused: int | None = None


def preview(fleet: Fleet) -> Gated:
    """Preview the tenants, without any change."""
    with (
        fleet_engine(fleet, fleet.changed_stacks) as engine,
        planned(fleet, engine, _existing(fleet)) as (_, plans, _),
    ):
        return Gated(_diffs(fleet, plans), (), fleet.outcome(applied=False))


def apply_approved(
    fleet: Fleet,
    approval: Approval,
    canaries: Sequence[str] = (),
    percentages: Sequence[int] = (),
    *,
    failures: int | None = 0,
) -> Gated:
    """Preview the tenants again, apply the approved changes in waves, and analyze each state afterwards.

    Operations that a killed update began are resolved before. What remains then differs from what was
    approved before the kill, and needs another approval.

    With a digest tree, the change of each tenant is compared with its own digest, and only tenants whose
    change is not the approved one are left out. Without it, nothing is applied unless the change of all
    tenants together is the approved one.

    Args:
        fleet: the run; its limit of failures is None, because a failed preview ends no run.
        approval: the approval.
        canaries: names or globs of the tenants of the first wave.
        percentages: the share of the other tenants that is updated after each wave.
        failures: the maximum number of tenants whose update or analysis fails; None is no limit.
    """
    waves((), canaries, percentages)
    with (
        fleet_engine(fleet, fleet.changed_stacks) as engine,
        planned(fleet, engine, recover(fleet, engine, _existing(fleet))) as (planner, plans, previewed),
    ):
        diffs = _diffs(fleet, plans)
        if fleet.interruption.count:
            return Gated(diffs, (), fleet.outcome())
        if approval.tenants is None:
            try:
                _require_all_previewed(fleet)
                run.require_approval(diffs, approval.digest)
            except (BlockedError, FleetError, NotApprovedError) as error:
                return Gated(diffs, (), fleet.outcome(str(error)), error.exit_code)
        else:
            _refuse(fleet, plans, previewed, approval)
        permitted = [stack for stack in previewed if fleet.results[stack].status == "previewed"]
        if refusal := fleet.limits.refusal([previewed[stack] for stack in permitted]):
            return Gated(diffs, (), fleet.outcome(refusal))
        if permitted:
            _self_test(fleet, planner)
        fleet.count_failures_from_now(failures)
        work = _ApplyAndAnalyze(planner, plans, Update(fleet, planner, plans), {})
        unchanged = [stack for stack in permitted if plans[stack].preview.empty]
        changing = [stack for stack in permitted if not plans[stack].preview.empty]
        for _ in fleet.phase("analyze", unchanged, work):
            pass
        for wave in waves(changing, canaries, percentages):
            if not fleet.may_continue():
                break
            for _ in fleet.phase(f"apply {wave.name}", wave.stacks, work):
                pass
        notes = (*_missing(fleet, approval), *fleet.write_records())
        return Gated(diffs, _ordered(fleet, work.results), fleet.outcome("", *notes))


def analyze_states(fleet: Fleet, *, must_exist: bool) -> Gated:
    """Evaluate the policies on the states of the tenants, without running a program or calling a server.

    Args:
        fleet: the run.
        must_exist: whether a tenant without resources is a failure.
    """
    stacks = tuple(fleet.survey.candidates)
    results: dict[str, run.Result] = {}
    files = fleet.stacks.project.stack_files(stacks)
    with (
        Planner.of(fleet.stacks.project, files, fleet.as_of) as default,
        fleet_engine(fleet, stacks) as engine,
    ):
        planner = replace(default, engine=engine)
        _self_test(fleet, planner)

        def work(stack: str, _: Callable[[str], None]) -> Result:
            rule_results = (
                run.analyze_state(planner, stack)
                if must_exist
                else analyze(planner.engine, planner.policies, stack)
            )
            results[stack] = run.Result(stack, None, rule_results)
            return Result(stack, "analyzed", fleet.survey.candidates[stack].reason)

        for _ in fleet.phase("analyze", stacks, work):
            pass
    return Gated(DiffOutcome((), "preview", fleet.as_of), _ordered(fleet, results), fleet.outcome())


def _ordered(fleet: Fleet, results: Mapping[str, run.Result]) -> tuple[run.Result, ...]:
    """Return the results in the order of the tenants, and not in the order in which they ended."""
    return tuple(results[stack] for stack in fleet.survey.candidates if stack in results)


@dataclass(frozen=True)
class _ApplyAndAnalyze:
    """Applies the plan of one tenant if it changes something, and evaluates the policies on the result."""

    planner: Planner
    plans: Mapping[str, Plan]
    update: Update
    results: dict[str, run.Result]

    def __call__(self, stack: str, detail: Callable[[str], None]) -> Result:
        plan = self.plans[stack]
        try:
            result = (
                self.update.record_without_update(stack) if plan.preview.empty else self.update(stack, detail)
            )
        except DeviationError as error:
            raise BlockedError(str(error)) from error
        detail("evaluates the policies on the result")
        applied = self.update.applied.get(stack)
        # Kept before the analysis, which can fail: the update was made.
        self.results[stack] = run.Result(stack, applied, None)
        if plan.preview.after:
            rule_results = run.analyze_state(self.planner, stack)
            self.results[stack] = analyzed = run.Result(stack, applied, rule_results)
            if analyzed.blocked:
                self.update.fleet.recorder.forget(stack)
                raise BlockedError("a rule rejects the deployed state; the findings name the resources")
        return result


def _existing(fleet: Fleet) -> list[Candidate]:
    """Return the changed tenants that can be previewed; the others have failed."""
    existing = []
    for candidate in valid_candidates(fleet):
        if candidate.listed:
            existing.append(candidate)
            continue
        stack = candidate.stack
        message = (
            f"the stack {stack} does not exist at Pulumi's backend; run `pulumi stack select --create "
            f"{stack}` first, and commit the salt that it writes into the tenant's file"
        )
        result = Result(stack, "failed", candidate.reason, message=message)
        fleet.results[stack] = result
        fleet.report(Event("ended", "check", stack, result=result))
    return existing


def _diffs(fleet: Fleet, plans: Mapping[str, Plan]) -> DiffOutcome:
    return run.outcome((plans[stack] for stack in sorted(plans)), fleet.as_of)


def _require_all_previewed(fleet: Fleet) -> None:
    failed = sorted(stack for stack, result in fleet.results.items() if result.status in {"failed", "locked"})
    if failed:
        raise FleetError(
            f"nothing was applied: {', '.join(failed)} could not be previewed. Correct this, or give the "
            "digest tree of the preview with --tree, to apply the approved changes of the other tenants"
        )


def _refuse(
    fleet: Fleet, plans: Mapping[str, Plan], previewed: Mapping[str, Result], approval: Approval
) -> None:
    """Mark the tenants whose changes the approval does not include."""
    for stack, result in previewed.items():
        if refusal := approval.refusal(plans[stack].diff):
            refused = replace(result, status="refused", message=refusal)
            fleet.results[stack] = refused
            fleet.report(Event("ended", "approval", stack, result=refused))


def _missing(fleet: Fleet, approval: Approval) -> tuple[str, ...]:
    """Return a note about approved tenants whose files were removed after the approval."""
    missing = sorted({*(approval.tenants or ())} - {*fleet.stacks.project.stacks()})
    return (f"approved, but without a file: {', '.join(missing)}",) if missing else ()


def _self_test(fleet: Fleet, planner: Planner) -> None:
    fleet.report(Event("phase", "test the policy pack with bad examples"))
    self_test(planner.engine, planner.policies)
