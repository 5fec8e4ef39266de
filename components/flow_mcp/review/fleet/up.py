"""Applying many tenants: checked, previewed, limited, confirmed, and then updated in waves."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flow_mcp.engine.fleet.locks import free
from flow_mcp.engine.fleet.recorder import Success, now
from flow_mcp.engine.fleet.selection import Standing
from flow_mcp.engine.fleet.waves import Wave, waves
from flow_mcp.engine.stacks import StackError
from flow_mcp.review.fleet.fleet import Fleet, FleetError
from flow_mcp.review.fleet.previews import checked, previewed, refused
from flow_mcp.review.fleet.result import Outcome, Result, operations
from flow_mcp.review.gate.apply import apply
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.preview.errors import LockedError

_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Rollout:
    """How tenants are applied.

    Attributes:
        canaries: names or globs of those that come first.
        percentages: how many of the others are done after each wave.
        confirm: asked with what would be done before anything is changed.
        verify: verifies tenants after their wave, and says by tenant what failed; None without.
    """

    canaries: Sequence[str]
    percentages: Sequence[int]
    confirm: Callable[[Sequence[Result]], bool]
    verify: Callable[[Sequence[str]], Mapping[str, str]] | None = None


def preview(fleet: Fleet) -> Outcome:
    """Preview the tenants that changed; nothing is changed, no stack is made."""
    standings = checked(fleet)
    there = [each for each in standings if each.listed]
    for each in standings:
        if not each.listed:
            message = f"`flow-mcp up {each.stack}` makes its stack and all of it"
            fleet.results[each.stack] = Result(each.stack, "new", each.reason, message=message)
    with previewed(fleet, there):
        return fleet.outcome(applied=False)


def up(fleet: Fleet, rollout: Rollout) -> Outcome:
    """Apply the tenants that changed.

    All are previewed with the policies before any is updated. What is updated is what was previewed: the
    update reads the same copy of the tenant's file, is judged by the same policies, and is cancelled when it
    does anything else.
    """
    # Wrong percentages are said before an hour of previews.
    waves((), rollout.canaries, rollout.percentages)
    if not fleet.changed:
        return fleet.outcome()
    standings = _at_backend(fleet, checked(fleet))
    with previewed(fleet, standings) as (planner, plans, planned):
        if fleet.interruption.times or not fleet.go_on():
            return fleet.outcome()
        todo = [each for each in standings if each.stack in plans]
        work = _Work(fleet, planner, plans)
        for each in todo:
            if plans[each.stack].preview.empty:
                work.nothing(each.stack)
        changing = [planned[each.stack] for each in todo if not plans[each.stack].preview.empty]
        if refusal := fleet.limits.refusal(changing):
            return fleet.outcome(refusal, *recorded(fleet))
        if changing and not rollout.confirm(changing):
            return fleet.outcome("nothing was changed: it was not confirmed", *recorded(fleet))
        refusal = ""
        for wave in waves([each.stack for each in changing], rollout.canaries, rollout.percentages):
            for _ in fleet.phase(f"update {wave.name}", wave.stacks, work):
                pass
            if fleet.go_on() and rollout.verify:
                refusal = _verified(fleet, wave, rollout.verify)
            if refusal or not fleet.go_on():
                break
        return fleet.outcome(refusal, *recorded(fleet))


def recorded(fleet: Fleet) -> tuple[str, ...]:
    """Write what is not recorded yet; what is to be said where that fails."""
    try:
        fleet.recorder.write()
    except StackError as error:
        return (str(error),)
    return ()


def _at_backend(fleet: Fleet, standings: Sequence[Standing]) -> list[Standing]:
    """Make the stacks that are not there; those that cannot be made have failed."""

    def create(stack: str, _: Callable[[str], None]) -> Result:
        fleet.stacks.create(stack)
        return Result(stack, "new", "new")

    missing = [each.stack for each in standings if not each.listed]
    made = {each.stack for each in fleet.phase("create", missing, create) if each.status == "new"}
    for stack in made:
        del fleet.results[stack]
    return [each for each in standings if each.listed or each.stack in made]


def _verified(fleet: Fleet, wave: Wave, verify: Callable[[Sequence[str]], Mapping[str, str]]) -> str:
    """Verify the wave's tenants that were updated; why no further wave may begin, or nothing."""
    updated = [stack for stack in wave.stacks if fleet.results[stack].status == "updated"]
    wrong = verify(updated) if updated else {}
    for stack, why in wrong.items():
        was = fleet.results[stack]
        fleet.results[stack] = Result(
            stack, "failed", was.reason, was.operations, was.seconds, f"updated, but not well: {why}"
        )
        fleet.recorder.forget(stack)
    if not wrong:
        return ""
    return f"no wave was begun after {wave.name}: `flow-mcp verify` failed for {', '.join(sorted(wrong))}"


@dataclass(frozen=True)
class _Work:
    """Updates one tenant."""

    fleet: Fleet
    planner: Planner
    plans: dict[str, Plan]

    def __call__(self, stack: str, detail: Callable[[str], None]) -> Result:
        try:
            return self._update(stack, detail)
        except BaseException:
            self.fleet.recorder.forget(stack)
            raise

    def nothing(self, stack: str) -> Result:
        """A tenant whose preview changes nothing is as its inputs say, without an update."""
        standing = self.fleet.survey.standings[stack]
        result = Result(stack, "nothing-to-apply", standing.reason, seconds=self.fleet.results[stack].seconds)
        self.fleet.results[stack] = result
        moment = now()
        self._succeeded(
            stack, Success(self._fingerprint(stack), moment, moment, standing.listed, wrote=False)
        )
        return result

    def _update(self, stack: str, detail: Callable[[str], None]) -> Result:
        plan, deadline = self.plans[stack], time.monotonic() + _WAIT_SECONDS
        while True:
            began = now()
            try:
                applied = apply(self.planner, plan, detail)
            except LockedError as error:
                plan = self._after_lock(stack, error, deadline, detail)
                if plan.preview.empty:
                    return self.nothing(stack)
            else:
                break
        success = Success(self._fingerprint(stack), began, now(), None, wrote=True)
        self._succeeded(stack, success)
        reason = self.fleet.survey.standings[stack].reason
        found = operations(applied.steps, outputs=plan.preview.outputs_change)
        return Result(stack, "updated", reason, found)

    def _after_lock(
        self, stack: str, error: LockedError, deadline: float, detail: Callable[[str], None]
    ) -> Plan:
        """What is left to do after another process on this machine is done with the tenant.

        A run that was killed leaves its updates running, and they end well: they are waited for. A lock of
        a process that was killed too is removed.

        Raises:
            LockedError: somebody else holds it, or for too long.
            FleetError: what is left to do is something else than what was previewed.
        """
        if not error.holders or not all(holder.ours for holder in error.holders):
            raise error
        if free(error.holders):
            self.fleet.stacks.unlock(stack)
        else:
            detail(f"waits for {error.holders[0]}")
            while not free(error.holders):
                if self.fleet.interruption.times:
                    raise KeyboardInterrupt
                if time.monotonic() > deadline:
                    raise error
                time.sleep(_POLL_SECONDS)
        plan = self.planner.plan(stack, detail)
        if plan.diff.blocked:
            raise BlockedError(refused(plan.diff))
        if not {*plan.preview.steps} <= {*self.plans[stack].preview.steps}:
            raise FleetError(
                f"another update of {stack} has ended meanwhile, and what is left to do is not what was "
                "previewed: run it again"
            )
        return plan

    def _fingerprint(self, stack: str) -> str:
        return self.fleet.survey.inputs.fingerprint(self.planner.files[stack])

    def _succeeded(self, stack: str, success: Success) -> None:
        self.fleet.recorder.succeeded(stack, success)
