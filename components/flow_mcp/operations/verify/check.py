"""What a check is, and what it observes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flow_mcp.operations.verify.target import Target

Severity = Literal["error", "warning"]
Status = Literal["pass", "warn", "fail", "skipped"]
Verdict = Literal["good", "bad", "skipped"]


@dataclass(frozen=True)
class Observation:
    """One thing that a check looked at.

    Attributes:
        subject: what: a client's name, an address, a protected resource; empty for the server as a whole.
        seen: what was there; for a skipped one, why it was not looked at. Never a secret or a token.
        verdict: whether it is as it must be.
        remedy: what to do in this very case; else the check's own applies.
    """

    subject: str
    seen: str
    verdict: Verdict
    remedy: str | None = None


def good(subject: str, seen: str) -> Observation:
    """It is as it must be."""
    return Observation(subject, seen, "good")


def bad(subject: str, seen: str, remedy: str | None = None) -> Observation:
    """It is not: a failure or a warning, by the check's severity."""
    return Observation(subject, seen, "bad", remedy)


def skipped(subject: str, reason: str) -> Observation:
    """It was not looked at."""
    return Observation(subject, reason, "skipped")


def judged(subject: str, seen: str, *, right: bool, remedy: str | None = None) -> Observation:
    """Good or bad."""
    return good(subject, seen) if right else bad(subject, seen, remedy)


Run = Callable[["Target"], Iterator[Observation]]


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
