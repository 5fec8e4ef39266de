"""What every kind of run over tenants needs, and how one tenant's step becomes a result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.interruption import Interruption
from flow_mcp.common.safe_text import plain
from flow_mcp.engine.fleet.recorder import Recorder
from flow_mcp.engine.fleet.selection import Standing
from flow_mcp.engine.fleet.survey import Survey
from flow_mcp.engine.fleet.workers import run_all
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet.result import FAILED, Event, Outcome, Result, Status, Tell
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.preview.errors import LockedError

_LONGEST = 800


class FleetError(FlowMcpError):
    """A run over tenants cannot be made."""

    exit_code = 2


@dataclass(frozen=True)
class Limits:
    """What a run may do at most; None is no limit.

    Attributes:
        tenants: how many tenants it may change.
        deletions: how many resources it may delete, replacements included.
        failures: after how many failed tenants another one is begun; after one more, none is.
    """

    tenants: int | None = None
    deletions: int | None = None
    failures: int | None = None

    def refusal(self, results: Sequence[Result]) -> str:
        """Why the previewed changes are too many; empty where they are not."""
        changed = [result for result in results if result.operations]
        deletions = sum(result.deletions for result in changed)
        parts = []
        if self.tenants is not None and len(changed) > self.tenants:
            parts.append(f"{len(changed)} tenants, and --max-tenants is {self.tenants}")
        if self.deletions is not None and deletions > self.deletions:
            most = sorted(changed, key=lambda result: (-result.deletions, result.stack))[:5]
            named = ", ".join(f"{result.stack} {result.deletions}" for result in most if result.deletions)
            parts.append(f"{deletions} deletions ({named}), and --max-deletions is {self.deletions}")
        return f"nothing was changed: the run would make {'; '.join(parts)}" if parts else ""


@dataclass
class Fleet:
    """A run.

    Attributes:
        stacks: the `pulumi` command and the project.
        survey: where the tenants stood at its beginning.
        as_of: the day that the policies judge by.
        workers: how many tenants at once.
        limits: what it may do at most.
        tell: told what happens.
        interruption: whether the user wants it to stop.
        results: what came of each tenant so far.
    """

    stacks: Stacks
    survey: Survey
    as_of: date
    workers: int
    limits: Limits
    tell: Tell
    interruption: Interruption
    results: dict[str, Result] = field(default_factory=dict)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.stacks, self.survey.inputs)
        for stack, standing in self.survey.standings.items():
            if not standing.changed:
                self.results[stack] = Result(stack, "unchanged", standing.reason)

    @property
    def changed(self) -> tuple[Standing, ...]:
        """The tenants that have to be run."""
        return tuple(each for each in self.survey.standings.values() if each.changed)

    @property
    def failures(self) -> int:
        """How many tenants have failed; one whose file is broken says nothing of the others."""
        return sum(each.status in FAILED and each.seconds > 0 for each in tuple(self.results.values()))

    def go_on(self) -> bool:
        """Whether another tenant may be begun."""
        limit = self.limits.failures
        return not self.interruption.times and (limit is None or self.failures <= limit)

    def phase(
        self, text: str, stacks: Sequence[str], work: Callable[[str, Callable[[str], None]], Result]
    ) -> Iterator[Result]:
        """Do something for tenants at once, and keep what comes of it.

        Args:
            text: what, for people.
            stacks: the tenants, begun in this order.
            work: given a tenant and what is to be told how far it is; its errors become the result.
        """
        if not stacks:
            return
        self.tell(Event("phase", text, total=len(stacks)))

        def one(stack: str) -> Result:
            self.tell(Event("began", text, stack))
            began = time.monotonic()
            result = self._result(
                stack, lambda: work(stack, lambda how: self.tell(Event("detail", how, stack)))
            )
            result = replace(result, seconds=round(time.monotonic() - began, 1) or 0.1)
            # Before the next tenant is begun, so that a failure too many is noticed.
            self.results[stack] = result
            self.tell(Event("ended", text, stack, result=result))
            return result

        for _, result in run_all(stacks, self.workers, one, self.go_on):
            yield result
            self.recorder.write_if_due()

    def _result(self, stack: str, work: Callable[[], Result]) -> Result:
        reason = self.survey.standings[stack].reason
        status: Status
        try:
            return work()
        except KeyboardInterrupt:
            status, message = "interrupted", "cancelled; what Pulumi had begun by then is finished"
        except LockedError as error:
            status, message = "locked", str(error)
        except BlockedError as error:
            status, message = "refused", str(error)
        except (FlowMcpError, OSError) as error:
            status, message = "failed", str(error)
        return Result(stack, status, reason, message=plain(" ".join(message.split()), _LONGEST))

    def outcome(self, refusal: str = "", *notes: str, applied: bool = True) -> Outcome:
        """What the run came to, with the tenants that were not begun.

        Args:
            refusal: why the run ends here as a whole.
            notes: what else has to be known.
            applied: whether a tenant that was only previewed was not begun.
        """
        begun = {
            stack: result
            for stack, result in self.results.items()
            if not (applied and result.status == "previewed")
        }
        left = [each for stack, each in self.survey.standings.items() if stack not in begun]
        interrupted = bool(self.interruption.times) and (
            bool(left) or any(each.status == "interrupted" for each in begun.values())
        )
        if left and not refusal and not interrupted:
            refusal = (
                f"the run ended: {self.failures} tenants failed, and --max-failures is {self.limits.failures}"
            )
        for each in left:
            operations = self.results[each.stack].operations if each.stack in self.results else {}
            begun[each.stack] = Result(each.stack, "not-begun", each.reason, operations)
        return Outcome(tuple(begun[stack] for stack in self.survey.standings), refusal, notes, interrupted)
