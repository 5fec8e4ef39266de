"""Results and events of a run over tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flow_mcp.common.exit_codes import BLOCKED, FAILED, INTERRUPTED, NEEDS_APPROVAL, OK
from flow_mcp.engine.fleet.selection import Reason
from flow_mcp.review.preview.steps import Step

Status = Literal[
    "unchanged",
    "new",
    "previewed",
    "updated",
    "nothing-to-apply",
    "refreshed",
    "destroyed",
    "analyzed",
    "blocked",
    "refused",
    "failed",
    "locked",
    "interrupted",
    "not-started",
]
"""`new`: the stack does not exist at the backend, so it has no preview. `blocked`: by a policy, or
by the gate because Pulumi deviated from the approved change.
`refused`: the change is not the approved one."""

FAILURES: frozenset[Status] = frozenset({"blocked", "failed", "locked"})

_DELETIONS = frozenset({"delete", "delete-replaced", "replace"})


@dataclass(frozen=True)
class Result:
    """The result of one tenant.

    Attributes:
        stack: the stack's name.
        status: the result.
        reason: why the run included the tenant.
        operations: the number of changed resources by Pulumi's name of the change, or the number that would
            change; `outputs` if only the stack's outputs change.
        seconds: the duration.
        message: the cause and the remedy of a failure; otherwise empty.
        losses: what a destruction would lose; they may contain unsafe text.
    """

    stack: str
    status: Status
    reason: Reason
    operations: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    message: str = ""
    losses: tuple[str, ...] = ()

    @property
    def deletions(self) -> int:
        """The number of deleted resources; a replacement deletes one."""
        return sum(count for operation, count in self.operations.items() if operation in _DELETIONS)


@dataclass(frozen=True)
class Outcome:
    """The result of a run.

    Attributes:
        results: the results of all tenants of the run, by name.
        refusal: why the run did not start, or did not continue; otherwise empty.
        notes: further information.
        interrupted: whether the user stopped the run.
    """

    results: tuple[Result, ...]
    refusal: str = ""
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    def counts(self) -> Mapping[Status, int]:
        """Return the number of tenants by status."""
        return Counter(result.status for result in self.results)

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        statuses = {result.status for result in self.results}
        if self.interrupted:
            return INTERRUPTED
        if self.refusal:
            return BLOCKED
        if statuses & {"failed", "locked"}:
            return FAILED
        if "blocked" in statuses:
            return BLOCKED
        return NEEDS_APPROVAL if "refused" in statuses else OK


@dataclass(frozen=True)
class Event:
    """An event of a run.

    Attributes:
        kind: `phase`: a step for several tenants begins; `started` and `ended`: the step of one tenant;
            `detail`: its progress.
        text: the name of the step, or the progress.
        stack: the stack's name.
        total: the number of tenants of a phase.
        result: the result, of `ended` only.
    """

    kind: Literal["phase", "started", "detail", "ended"]
    text: str = ""
    stack: str = ""
    total: int = 0
    result: Result | None = None


Report = Callable[[Event], None]
"""Called with each event, from any thread."""


def operations(steps: Iterable[Step], *, outputs: bool = False) -> Mapping[str, int]:
    """Return the number of steps by kind; `outputs` if only the stack's outputs change."""
    counts = dict(sorted(Counter(step.op for step in steps).items()))
    return counts or ({"outputs": 1} if outputs else {})
