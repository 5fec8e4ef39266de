"""A run over tenants: its settings and results, and the phases that process tenants in threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from flow_mcp.common.counted import counted
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.interruption import Interruption
from flow_mcp.common.safe_text import plain
from flow_mcp.engine.fleet.recorder import Recorder
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.survey import Survey
from flow_mcp.engine.fleet.workers import run_all
from flow_mcp.engine.stacks import StackError, Stacks
from flow_mcp.review.fleet.result import FAILURES, Event, Outcome, Report, Result, Status
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.preview.errors import LockedError

_MAXIMUM_LENGTH = 800


class FleetError(FlowMcpError):
    """A run over several tenants cannot start or continue."""

    exit_code = 2


@dataclass(frozen=True)
class Limits:
    """Limits of a run; None is no limit.

    Attributes:
        tenants: the maximum number of changed tenants.
        deletions: the maximum number of deleted resources, including replaced ones.
        failures: the maximum number of failed tenants; after one more, no further tenant starts.
    """

    tenants: int | None = None
    deletions: int | None = None
    failures: int | None = None

    def refusal(self, results: Sequence[Result]) -> str:
        """Return why the previewed changes exceed the limits; empty if they do not."""
        changed = [result for result in results if result.operations]
        deletions = sum(result.deletions for result in changed)
        excesses = []
        if self.tenants is not None and len(changed) > self.tenants:
            excesses.append(f"{len(changed)} tenants, and --max-tenants is {self.tenants}")
        if self.deletions is not None and deletions > self.deletions:
            most = sorted(changed, key=lambda result: (-result.deletions, result.stack))[:5]
            listed = ", ".join(f"{result.stack} {result.deletions}" for result in most if result.deletions)
            excesses.append(f"{deletions} deletions ({listed}), and --max-deletions is {self.deletions}")
        return f"nothing was changed: the run would make {'; '.join(excesses)}" if excesses else ""


@dataclass
class Fleet:
    """A run over tenants.

    Attributes:
        stacks: the `pulumi` command and the project.
        survey: the tenants at the start of the run.
        as_of: the day for which the policies are evaluated.
        workers: the number of tenants at the same time.
        limits: the limits of the run.
        report: called with each event.
        interruption: the user's interrupts.
        results: the results so far, by stack.
        notes: further information for the user about the whole run.
        recovered: when the recovery of a tenant began and ended, by stack; it has written the tenant's state.
    """

    stacks: Stacks
    survey: Survey
    as_of: date
    workers: int
    limits: Limits
    report: Report
    interruption: Interruption
    results: dict[str, Result] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    recovered: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    recorder: Recorder = field(init=False)
    _not_counted: frozenset[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        survey = self.survey
        self.recorder = Recorder(self.stacks, survey.inputs, survey.shard, survey.listed)
        for stack, candidate in survey.candidates.items():
            if not candidate.changed:
                self.results[stack] = Result(stack, "unchanged", candidate.reason)

    @property
    def changed(self) -> tuple[Candidate, ...]:
        """The tenants that the run includes."""
        return tuple(candidate for candidate in self.survey.candidates.values() if candidate.changed)

    @property
    def changed_stacks(self) -> tuple[str, ...]:
        """The names of these tenants' stacks."""
        return tuple(candidate.stack for candidate in self.changed)

    @property
    def failures(self) -> int:
        """The number of tenants that failed after they started; tenants with an invalid file do not count."""
        return sum(
            result.status in FAILURES and result.seconds > 0 and result.stack not in self._not_counted
            for result in tuple(self.results.values())
        )

    def count_failures_from_now(self, limit: int | None) -> None:
        """Limit the number of tenants that fail after this call; earlier failures do not count."""
        self.limits = replace(self.limits, failures=limit)
        self._not_counted = frozenset(
            stack for stack, result in self.results.items() if result.status in FAILURES
        )

    def may_continue(self) -> bool:
        """Return whether a further tenant may start."""
        limit = self.limits.failures
        return not self.interruption.count and (limit is None or self.failures <= limit)

    def phase(
        self, name: str, stacks: Sequence[str], work: Callable[[str, Callable[[str], None]], Result]
    ) -> Iterator[Result]:
        """Run a step for several tenants in threads, and keep and yield its results.

        Args:
            name: the name of the step.
            stacks: the tenants, started in this order.
            work: called with a stack and a function that reports the progress; its errors become results.
        """
        if not stacks:
            return
        self.report(Event("phase", name, total=len(stacks)))

        def run(stack: str) -> Result:
            self.report(Event("started", name, stack))
            began = time.monotonic()
            result = self._result(
                stack, lambda: work(stack, lambda progress: self.report(Event("detail", progress, stack)))
            )
            result = replace(result, seconds=round(time.monotonic() - began, 1) or 0.1)
            # Before the next tenant starts, so that the limit of failures includes this result.
            self.results[stack] = result
            self.report(Event("ended", name, stack, result=result))
            return result

        for _, result in run_all(stacks, self.workers, run, self.may_continue):
            yield result
            self.recorder.write_if_due()

    def write_records(self) -> tuple[str, ...]:
        """Write the pending records; return a note if that fails."""
        try:
            self.recorder.write()
        except StackError as error:
            return (str(error),)
        return ()

    def _result(self, stack: str, work: Callable[[], Result]) -> Result:
        reason = self.survey.candidates[stack].reason
        status: Status
        try:
            return work()
        except KeyboardInterrupt:
            status, message = (
                "interrupted",
                "interrupted; Pulumi finished the changes that had begun. Run the command again to continue",
            )
        except LockedError as error:
            status, message = "locked", str(error)
        except BlockedError as error:
            status, message = "blocked", str(error)
        except (FlowMcpError, OSError) as error:
            status, message = "failed", str(error)
        return Result(stack, status, reason, message=plain(" ".join(message.split()), _MAXIMUM_LENGTH))

    def outcome(self, refusal: str = "", *notes: str, applied: bool = True) -> Outcome:
        """Return the outcome of the run, including the tenants that did not start.

        Args:
            refusal: why the run ended as a whole.
            notes: further information, besides that of the fleet.
            applied: whether tenants that were only previewed count as not started.
        """
        finished = {
            stack: result
            for stack, result in self.results.items()
            if not (applied and result.status == "previewed")
        }
        remaining = [
            candidate for stack, candidate in self.survey.candidates.items() if stack not in finished
        ]
        interrupted = bool(self.interruption.count) and (
            bool(remaining) or any(result.status == "interrupted" for result in finished.values())
        )
        if remaining and not refusal and not interrupted:
            failed = counted(self.failures, "tenant")
            refusal = f"the run ended: {failed} failed, and --max-failures is {self.limits.failures}"
        for candidate in remaining:
            stack = candidate.stack
            operations = self.results[stack].operations if stack in self.results else {}
            finished[stack] = Result(stack, "not-started", candidate.reason, operations)
        results = tuple(finished[stack] for stack in self.survey.candidates)
        return Outcome(results, refusal, (*notes, *self.notes), interrupted)
