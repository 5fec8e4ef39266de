"""Observations: the results of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "bad", "skipped"]


@dataclass(frozen=True)
class Observation:
    """One result of a check.

    Attributes:
        subject: a client's name, an address or a protected resource; empty for the server as a whole.
        seen: the observed value, or the reason for skipping. Never a secret or a token.
        verdict: whether the check passed, failed or was skipped.
        remedy: the remedy for this case; None if the check's own remedy applies.
    """

    subject: str
    seen: str
    verdict: Verdict
    remedy: str | None = None


def good(subject: str, seen: str) -> Observation:
    """The check passed."""
    return Observation(subject, seen, "good")


def bad(subject: str, seen: str, remedy: str | None = None) -> Observation:
    """The check failed; its severity makes it a failure or a warning."""
    return Observation(subject, seen, "bad", remedy)


def skipped(subject: str, reason: str) -> Observation:
    """The check was skipped for the reason given; its result is unknown."""
    return Observation(subject, reason, "skipped")


def observe(subject: str, seen: str, *, passed: bool, remedy: str | None = None) -> Observation:
    """Return the observation of a check that passed or failed."""
    return good(subject, seen) if passed else bad(subject, seen, remedy)
