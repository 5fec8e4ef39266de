"""What somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """A question such as `Did you mean acme?`; empty where nothing known is close."""
    close = get_close_matches(given, sorted(known), n=1)
    return f"Did you mean {close[0]}?" if close else ""
