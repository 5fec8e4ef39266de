"""What a check observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
