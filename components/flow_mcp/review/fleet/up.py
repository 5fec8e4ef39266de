"""Preview many tenants, and update them in waves."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flow_mcp.engine.fleet.locks import have_all_exited
from flow_mcp.engine.fleet.recorder import Success, now
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.waves import Wave, waves
from flow_mcp.review.fleet.engine import fleet_engine
from flow_mcp.review.fleet.fleet import Fleet, FleetError
from flow_mcp.review.fleet.plans import block_reasons, planned, valid_candidates
from flow_mcp.review.fleet.recovery import recover
from flow_mcp.review.fleet.result import Outcome, Result, operations
from flow_mcp.review.fleet.unanswered import resolved
from flow_mcp.review.gate.apply import Applied, apply
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import LockedError, UnansweredError

_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Rollout:
    """The order of the updates, and the checks before and between them.

    Attributes:
        canaries: names or globs of the tenants of the first wave.
        percentages: the share of the other tenants that is updated after each wave.
        confirm: called with the previews before the first update.
        verify: verifies the tenants of a wave after their updates, and returns the failures by stack; None
            verifies nothing.
    """

    canaries: Sequence[str]
    percentages: Sequence[int]
    confirm: Callable[[Sequence[Result]], bool]
    verify: Callable[[Sequence[str]], Mapping[str, str]] | None = None


def preview(fleet: Fleet) -> Outcome:
    """Preview the changed tenants, without any change; no stack is created."""
    candidates = valid_candidates(fleet)
    for candidate in candidates:
        if not candidate.listed:
            message = f"`flow-mcp up {candidate.stack}` creates the stack and all its resources"
            fleet.results[candidate.stack] = Result(candidate.stack, "new", candidate.reason, message=message)
    existing = [candidate for candidate in candidates if candidate.listed]
    with fleet_engine(fleet, fleet.changed_stacks) as engine, planned(fleet, engine, existing):
        return fleet.outcome(applied=False)


def up(fleet: Fleet, rollout: Rollout) -> Outcome:
    """Update the changed tenants.

    All are previewed with the policies before the first update. An update applies exactly its preview: it
    reads the same copy of the tenant's file, the same policies are evaluated, and it is cancelled if it makes
    another change.
    """
    # Report invalid percentages before the previews, which can take an hour.
    waves((), rollout.canaries, rollout.percentages)
    if not fleet.changed:
        return fleet.outcome()
    with (
        fleet_engine(fleet, fleet.changed_stacks) as engine,
        planned(fleet, engine, _ready(fleet, engine)) as (planner, plans, previewed),
    ):
        if fleet.interruption.count or not fleet.may_continue():
            return fleet.outcome()
        work = Update(fleet, planner, plans)
        for stack in previewed:
            if plans[stack].preview.empty:
                work.record_without_update(stack)
        changing = [result for stack, result in previewed.items() if not plans[stack].preview.empty]
        if refusal := fleet.limits.refusal(changing):
            return fleet.outcome(refusal, *fleet.write_records())
        if changing and not rollout.confirm(changing):
            return fleet.outcome("nothing was changed: it was not confirmed", *fleet.write_records())
        refusal = ""
        for wave in waves([result.stack for result in changing], rollout.canaries, rollout.percentages):
            for _ in fleet.phase(f"update {wave.name}", wave.stacks, work):
                pass
            if fleet.may_continue() and rollout.verify:
                refusal = _verify(fleet, wave, rollout.verify)
            if refusal or not fleet.may_continue():
                break
        return fleet.outcome(refusal, *fleet.write_records())


def _ready(fleet: Fleet, engine: Engine) -> list[Candidate]:
    """Return the valid candidates, whose stacks exist and whose interrupted operations are resolved."""
    return recover(fleet, engine, _with_stacks(fleet, valid_candidates(fleet)))


def _with_stacks(fleet: Fleet, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Create missing stacks, and return the candidates whose stacks exist; the others have failed."""

    def create(stack: str, _: Callable[[str], None]) -> Result:
        fleet.stacks.create(stack)
        return Result(stack, "new", "new")

    missing = [candidate.stack for candidate in candidates if not candidate.listed]
    created = {result.stack for result in fleet.phase("create", missing, create) if result.status == "new"}
    for stack in created:
        del fleet.results[stack]
    return [candidate for candidate in candidates if candidate.listed or candidate.stack in created]


def _verify(fleet: Fleet, wave: Wave, verify: Callable[[Sequence[str]], Mapping[str, str]]) -> str:
    """Verify the updated tenants of a wave; return why the next wave may not start, or an empty text."""
    updated = [stack for stack in wave.stacks if fleet.results[stack].status == "updated"]
    failures = verify(updated) if updated else {}
    for stack, failure in failures.items():
        previous = fleet.results[stack]
        message = f"updated, but `flow-mcp verify` failed: {failure}"
        fleet.results[stack] = Result(
            stack, "failed", previous.reason, previous.operations, previous.seconds, message
        )
        fleet.recorder.forget(stack)
    if not failures:
        return ""
    return f"no wave started after {wave.name}: `flow-mcp verify` failed for {', '.join(sorted(failures))}"


@dataclass(frozen=True)
class Update:
    """Updates one tenant.

    Attributes:
        fleet: the run.
        planner: the planner that made the plans.
        plans: the planned changes by stack.
        applied: the updates that were made, by stack.
    """

    fleet: Fleet
    planner: Planner
    plans: Mapping[str, Plan]
    applied: dict[str, Applied] = field(default_factory=dict)

    def __call__(self, stack: str, detail: Callable[[str], None]) -> Result:
        try:
            return self._update(stack, detail)
        except BaseException:
            self.fleet.recorder.forget(stack)
            raise

    def record_without_update(self, stack: str) -> Result:
        """Record a tenant whose preview is empty: its resources match its inputs."""
        candidate = self.fleet.survey.candidates[stack]
        seconds = self.fleet.results[stack].seconds
        result = Result(stack, "nothing-to-apply", candidate.reason, seconds=seconds)
        self.fleet.results[stack] = result
        fingerprint, moment = self._fingerprint(stack), now()
        if recovery := self.fleet.recovered.get(stack):
            success = Success(fingerprint, *recovery, None, updated=True)
        else:
            success = Success(fingerprint, moment, moment, candidate.listed, updated=False)
        self.fleet.recorder.succeeded(stack, success)
        return result

    def _update(self, stack: str, detail: Callable[[str], None]) -> Result:
        plan, deadline = self.plans[stack], time.monotonic() + _WAIT_SECONDS
        while True:
            began = now()
            try:
                self.applied[stack] = applied = apply(self.planner, plan, detail)
            except LockedError as error:
                plan = self._plan_after_lock(stack, error, deadline, detail)
                if plan.preview.empty:
                    return self.record_without_update(stack)
            except UnansweredError as error:
                raise resolved(self.fleet, self.planner.engine, stack, error, detail) from error
            else:
                break
        success = Success(self._fingerprint(stack), began, now(), None, updated=True)
        self.fleet.recorder.succeeded(stack, success)
        reason = self.fleet.survey.candidates[stack].reason
        changes = operations(applied.steps, outputs=plan.preview.outputs_change)
        return Result(stack, "updated", reason, changes)

    def _plan_after_lock(
        self, stack: str, error: LockedError, deadline: float, detail: Callable[[str], None]
    ) -> Plan:
        """Return the plan of the remaining changes after another process on this machine released the lock.

        A killed run leaves its updates running, and they finish normally, so this method waits for them. It
        removes the lock of an update that was killed too.

        Raises:
            LockedError: another user or machine holds the lock, or the wait took too long.
            FleetError: the remaining changes differ from the preview.
        """
        if not error.holders or not all(holder.is_ours for holder in error.holders):
            raise error
        if have_all_exited(error.holders):
            self.fleet.stacks.unlock(stack)
        else:
            detail(f"waits for {error.holders[0]}")
            while any(holder.is_running for holder in error.holders):
                if self.fleet.interruption.count:
                    raise KeyboardInterrupt
                if time.monotonic() > deadline:
                    raise error
                time.sleep(_POLL_SECONDS)
        plan = self.planner.plan(stack, detail)
        if plan.diff.blocked:
            raise BlockedError(block_reasons(plan.diff))
        if not {*plan.preview.steps} <= {*self.plans[stack].preview.steps}:
            raise FleetError(
                f"another update of {stack} has ended meanwhile, and the remaining changes differ from the "
                "preview. Run the command again"
            )
        return plan

    def _fingerprint(self, stack: str) -> str:
        return self.fleet.survey.inputs.fingerprint(self.planner.files[stack])
