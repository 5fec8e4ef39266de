"""Refreshing and destroying many tenants: what `pulumi refresh` and `pulumi destroy` do, for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flow_mcp.engine.fleet.recorder import Success, now
from flow_mcp.engine.fleet.selection import Standing
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.fleet.result import Outcome, Result
from flow_mcp.review.fleet.up import recorded
from flow_mcp.review.preview.engine import Engine, Event, Run
from flow_mcp.review.preview.run_result import require_completed
from flow_mcp.review.preview.secrets import with_masked_secrets


def refresh(fleet: Fleet) -> Outcome:
    """Read all tenants' resources from their authorization servers into their states.

    All that were asked for, whatever their records say: their inputs tell nothing of what was changed at the
    server. A tenant that is no longer as its state said has to be updated: its record is removed.
    """
    runner = _Runner(fleet)

    def work(stack: str, detail: Callable[[str], None]) -> Result:
        standing, began = fleet.survey.standings[stack], now()
        fleet.recorder.forget(stack)
        found = runner.run(stack, detail, "refresh", "--yes", "--skip-preview")
        if not found and standing.reason == "unchanged":
            fleet.recorder.succeeded(stack, Success(standing.fingerprint, began, now(), None, wrote=True))
        return Result(stack, "refreshed", standing.reason, found)

    for _ in fleet.phase("refresh", [each.stack for each in _there(fleet)], work):
        pass
    return fleet.outcome("", *recorded(fleet))


def destroy(fleet: Fleet, confirm: Callable[[Result], bool]) -> Outcome:
    """Delete what tenants have at their authorization servers; their stacks stay, without resources.

    Args:
        fleet: the run.
        confirm: asked for each tenant, with what would be deleted, before any is touched.
    """
    runner = _Runner(fleet)

    def look(stack: str, detail: Callable[[str], None]) -> Result:
        found = runner.run(stack, detail, "destroy", "--preview-only", preview=True)
        return Result(stack, "previewed", fleet.survey.standings[stack].reason, found)

    def work(stack: str, detail: Callable[[str], None]) -> Result:
        fleet.recorder.forget(stack)
        found = runner.run(stack, detail, "destroy", "--yes", "--skip-preview")
        return Result(stack, "destroyed", fleet.survey.standings[stack].reason, found)

    asked = [each.stack for each in _there(fleet)]
    looked = [each for each in fleet.phase("preview", asked, look) if each.status == "previewed"]
    if not fleet.go_on():
        return fleet.outcome()
    if refusal := fleet.limits.refusal(looked):
        return fleet.outcome(refusal)
    if not all(map(confirm, sorted(looked, key=lambda each: each.stack))):
        return fleet.outcome("nothing was destroyed: not every tenant was confirmed by its name")
    for _ in fleet.phase("destroy", [each.stack for each in looked], work):
        pass
    return fleet.outcome("", *recorded(fleet))


def _there(fleet: Fleet) -> list[Standing]:
    """The tenants that are at the backend; there is nothing to do for the others."""
    for each in fleet.survey.standings.values():
        if each.listed:
            fleet.results.pop(each.stack, None)
        else:
            message = "it is not at the backend"
            fleet.results[each.stack] = Result(each.stack, "unchanged", each.reason, message=message)
    return [each for each in fleet.survey.standings.values() if each.listed]


@dataclass(frozen=True)
class _Runner:
    """Runs commands that take no policy pack, for they apply nothing that is declared."""

    fleet: Fleet

    def run(
        self, stack: str, detail: Callable[[str], None], *arguments: str, preview: bool = False
    ) -> Mapping[str, int]:
        """Run one, and return how many resources it changed, by Pulumi's word for the change.

        Raises:
            PreviewError: it failed.
        """
        engine = Engine(self.fleet.stacks, self.fleet.as_of, self.fleet.interruption)
        counted = 0

        def watch(event: Event) -> None:
            nonlocal counted
            counted += "resourcePreEvent" in event
            detail(f"{counted} resources")

        run = engine.run(*arguments, stack=stack, watch=watch, with_policies=False)
        run = with_masked_secrets(engine, run, stack)
        require_completed(run, preview=preview)
        return _changes(run)


def _changes(run: Run) -> Mapping[str, int]:
    summary = next(event["summaryEvent"] for event in run.events if "summaryEvent" in event)
    changes = summary.get("resourceChanges") or {}
    return {op: number for op, number in sorted(changes.items()) if op not in {"same", "refresh", "read"}}
