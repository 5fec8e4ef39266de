"""A module for mutation tests."""

from __future__ import annotations

import re

BAD = re.compile(r"/|\\(?:a|[|)])")


def grade(text: str) -> str:
    """Return the grade of a text."""
    if not text:
        return "none"
    if len(text) > 5:
        return "long"
    return "bad" if BAD.search(text) else "good"
