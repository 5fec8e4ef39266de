"""What happens to tenants in a run, while it happens and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flow_mcp.common.exit_codes import BLOCKED, INTERRUPTED, OK
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
    "refused",
    "failed",
    "locked",
    "interrupted",
    "not-begun",
]
"""`new`: not at the backend, so that nothing can be previewed. `refused`: by a policy."""

FAILED: frozenset[Status] = frozenset({"refused", "failed", "locked"})

_DELETING = frozenset({"delete", "delete-replaced", "replace"})


@dataclass(frozen=True)
class Result:
    """What was done for one tenant.

    Attributes:
        stack: its name.
        status: what came of it.
        reason: why it was run.
        operations: how many resources were, or would be, changed, by Pulumi's word for the change;
            `outputs` where only the stack's outputs are.
        seconds: how long it took.
        message: what is wrong and what to do; empty where nothing is.
    """

    stack: str
    status: Status
    reason: Reason
    operations: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    message: str = ""

    @property
    def deletions(self) -> int:
        """How many resources it deletes; a replacement deletes one."""
        return sum(number for op, number in self.operations.items() if op in _DELETING)


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        results: by tenant's name; one for each tenant that was asked for.
        refusal: why the run was not begun or not continued as a whole; empty where it was.
        notes: what else has to be known.
        interrupted: whether the user ended it before its end.
    """

    results: tuple[Result, ...]
    refusal: str = ""
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    def counts(self) -> Mapping[Status, int]:
        """How many tenants there are of each status."""
        return Counter(result.status for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 done, 1 a tenant failed, 4 refused, 130 interrupted."""
        statuses = {result.status for result in self.results}
        if self.interrupted:
            return INTERRUPTED
        if self.refusal:
            return BLOCKED
        if statuses & {"failed", "locked"}:
            return 1
        return BLOCKED if "refused" in statuses else OK


@dataclass(frozen=True)
class Event:
    """Something that happens.

    Attributes:
        kind: `phase`: tenants are about to be run; `began` and `ended`: one of them; `detail`: how far it is.
        text: of the phase, the step or the detail.
        stack: the tenant's name.
        total: of a phase: how many tenants.
        result: of the end.
    """

    kind: Literal["phase", "began", "detail", "ended"]
    text: str = ""
    stack: str = ""
    total: int = 0
    result: Result | None = None


Tell = Callable[[Event], None]
"""Told each event, by any thread."""


def operations(steps: Iterable[Step], *, outputs: bool = False) -> Mapping[str, int]:
    """How many steps there are of each kind; `outputs` where nothing but the stack's outputs changes."""
    counted = dict(sorted(Counter(step.op for step in steps).items()))
    return counted or ({"outputs": 1} if outputs else {})
