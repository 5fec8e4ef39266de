"""Suggest a known name for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question such as `Did you mean acme?`, or an empty string if no known name is similar."""
    matches = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {matches[0]}?" if matches else ""
