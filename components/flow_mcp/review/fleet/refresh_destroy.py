"""Run `pulumi refresh` and `pulumi destroy` for many tenants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flow_mcp.engine.fleet.recorder import Success, now
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet.engine import fleet_engine
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.fleet.losses import losses
from flow_mcp.review.fleet.protection import require_unprotected
from flow_mcp.review.fleet.recovery import recover
from flow_mcp.review.fleet.result import Outcome, Result
from flow_mcp.review.fleet.unanswered import resolved
from flow_mcp.review.preview.engine import Engine, Event, Run
from flow_mcp.review.preview.errors import UnansweredError
from flow_mcp.review.preview.run_result import require_completed
from flow_mcp.review.preview.secrets import with_masked_secrets
from flow_mcp.review.preview.unanswered import require_answered


def refresh(fleet: Fleet) -> Outcome:
    """Read the resources of all given tenants from their authorization servers into their states.

    Unchanged tenants are included, because a change at the server changes no input. The record of a tenant
    whose resources had changed is removed, so that the next `flow-mcp up` updates it.
    """
    with fleet_engine(fleet, fleet.survey.candidates) as engine:
        return _refresh(fleet, _Runner(fleet, engine))


def _refresh(fleet: Fleet, runner: _Runner) -> Outcome:
    def work(stack: str, detail: Callable[[str], None]) -> Result:
        candidate, began = fleet.survey.candidates[stack], now()
        fleet.recorder.forget(stack)
        unchanged = candidate.reason == "unchanged" and _is_still_listed(fleet.stacks, candidate)
        operations = _operations(runner.run(stack, detail, "refresh", "--yes", "--skip-preview"))
        if not operations and unchanged:
            success = Success(candidate.fingerprint, began, now(), None, updated=True)
            fleet.recorder.succeeded(stack, success)
        return Result(stack, "refreshed", candidate.reason, operations)

    existing = recover(fleet, runner.engine, _existing(fleet))
    for _ in fleet.phase("refresh", [candidate.stack for candidate in existing], work):
        pass
    return fleet.outcome("", *fleet.write_records())


def _is_still_listed(stacks: Stacks, candidate: Candidate) -> bool:
    """Return whether no other command has updated a tenant since the start of the run, which can take hours.

    Pulumi Cloud lists another time than the one in the state. There, such an update is not noticed.
    """
    listed = candidate.listed
    return listed is not None and (listed.at_service or stacks.listed_stack(candidate.stack) == listed)


def destroy(fleet: Fleet, confirm: Callable[[Result], bool]) -> Outcome:
    """Delete the tenants' resources at their authorization servers; their stacks remain, without resources.

    Args:
        fleet: the run.
        confirm: called with the preview of each tenant before the first one is changed.
    """
    with fleet_engine(fleet, fleet.survey.candidates) as engine:
        return _destroy(fleet, _Runner(fleet, engine), confirm)


def _destroy(fleet: Fleet, runner: _Runner, confirm: Callable[[Result], bool]) -> Outcome:
    def preview(stack: str, detail: Callable[[str], None]) -> Result:
        require_unprotected(fleet.stacks.project, stack)
        run = runner.run(stack, detail, "destroy", "--preview-only", preview=True)
        detail("what is lost")
        reason = fleet.survey.candidates[stack].reason
        return Result(stack, "previewed", reason, _operations(run), losses=losses(run.events, stack))

    def work(stack: str, detail: Callable[[str], None]) -> Result:
        fleet.recorder.forget(stack)
        operations = _operations(runner.run(stack, detail, "destroy", "--yes", "--skip-preview"))
        return Result(stack, "destroyed", fleet.survey.candidates[stack].reason, operations)

    stacks = [candidate.stack for candidate in recover(fleet, runner.engine, _existing(fleet))]
    for _ in fleet.phase("preview", stacks, preview):
        pass
    results = (fleet.results.get(stack) for stack in stacks)
    previewed = [result for result in results if result and result.status == "previewed"]
    if not fleet.may_continue():
        return fleet.outcome()
    if refusal := fleet.limits.refusal(previewed):
        return fleet.outcome(refusal)
    if not all(map(confirm, sorted(previewed, key=lambda result: result.stack))):
        return fleet.outcome("nothing was destroyed: not every tenant was confirmed by its name")
    for _ in fleet.phase("destroy", [result.stack for result in previewed], work):
        pass
    return fleet.outcome("", *fleet.write_records())


def _existing(fleet: Fleet) -> list[Candidate]:
    """Return the tenants whose stacks exist at the backend; the others have nothing to refresh or destroy."""
    existing = []
    for stack, candidate in fleet.survey.candidates.items():
        if candidate.listed:
            fleet.results.pop(stack, None)
            existing.append(candidate)
        else:
            message = "the stack does not exist at the backend"
            fleet.results[stack] = Result(stack, "unchanged", candidate.reason, message=message)
    return existing


@dataclass(frozen=True)
class _Runner:
    """Runs commands of Pulumi that accept no policy pack, because they apply no declaration."""

    fleet: Fleet
    engine: Engine

    def run(self, stack: str, detail: Callable[[str], None], *arguments: str, preview: bool = False) -> Run:
        """Run a command.

        Raises:
            FleetError: the authorization server did not answer some requests.
            PreviewError: the command failed for another reason.
        """
        resources = 0

        def watch(event: Event) -> None:
            nonlocal resources
            resources += "resourcePreEvent" in event
            detail(f"{resources} resources")

        run = self.engine.run(*arguments, stack=stack, watch=watch, with_policies=False)
        run = with_masked_secrets(self.engine, run, stack)
        if preview:
            require_completed(run, preview=True)
            return run
        try:
            require_answered(run)
        except UnansweredError as error:
            raise resolved(self.fleet, self.engine, stack, error, detail) from error
        return run


def _operations(run: Run) -> Mapping[str, int]:
    """Return the number of changed resources by Pulumi's name of the change."""
    summary = next(event["summaryEvent"] for event in run.events if "summaryEvent" in event)
    counts = summary.get("resourceChanges") or {}
    return {
        operation: count
        for operation, count in sorted(counts.items())
        if operation not in {"same", "refresh", "read"}
    }
