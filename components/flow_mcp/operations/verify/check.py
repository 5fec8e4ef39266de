"""A check of a live tenant, and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from flow_mcp.operations.verify.observation import Observation
from flow_mcp.operations.verify.target import Target

Severity = Literal["error", "warning"]
Status = Literal["pass", "warn", "fail", "skipped"]


Run = Callable[[Target], Iterator[Observation]]


@dataclass(frozen=True)
class Check:
    """One check; its ID never changes its meaning.

    Attributes:
        id: `V-<AREA>-<number>`.
        title: what must be so.
        severity: what a bad observation is: a failure (error) or a warning.
        meaning: what it means for which MCP clients when it is not so.
        remedy: what to do then.
        reference: address of the specification, vendor's page or report behind it.
        run: looks.
    """

    id: str
    title: str
    severity: Severity
    meaning: str
    remedy: str
    reference: str
    run: Run

    def status(self, observation: Observation) -> Status:
        """What is reported of an observation."""
        if observation.verdict == "good":
            return "pass"
        if observation.verdict == "skipped":
            return "skipped"
        return "fail" if self.severity == "error" else "warn"


def check(
    check_id: str, title: str, *, severity: Severity = "error", meaning: str, remedy: str, reference: str
) -> Callable[[Run], Check]:
    """Make a function a check."""
    return lambda run: Check(check_id, title, severity, meaning, remedy, reference, run)


@dataclass(frozen=True)
class Result:
    """An observation with its check, as reports show it."""

    check: Check
    authority: str
    observation: Observation

    @property
    def status(self) -> Status:
        return self.check.status(self.observation)

    @property
    def remedy(self) -> str:
        return self.observation.remedy or self.check.remedy
