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
        title: the requirement.
        severity: whether a bad observation is a failure (error) or a warning.
        meaning: the consequence of a bad observation, and the MCP clients that it affects.
        remedy: what to do about a bad observation.
        reference: address of the specification, vendor's page or report that the check is based on.
        run: the function that makes the observations.
    """

    id: str
    title: str
    severity: Severity
    meaning: str
    remedy: str
    reference: str
    run: Run

    def status(self, observation: Observation) -> Status:
        """Return the status of an observation of this check."""
        if observation.verdict == "good":
            return "pass"
        if observation.verdict == "skipped":
            return "skipped"
        return "fail" if self.severity == "error" else "warn"


def check(
    check_id: str, title: str, *, severity: Severity = "error", meaning: str, remedy: str, reference: str
) -> Callable[[Run], Check]:
    """Return a decorator that turns a function into a check."""
    return lambda run: Check(check_id, title, severity, meaning, remedy, reference, run)


@dataclass(frozen=True)
class Result:
    """An observation with its check, for reports."""

    check: Check
    authority: str
    observation: Observation

    @property
    def status(self) -> Status:
        return self.check.status(self.observation)

    @property
    def remedy(self) -> str:
        return self.observation.remedy or self.check.remedy
