"""Numbers with their nouns, for messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with the singular or the plural of a noun: `1 tenant`, `2 tenants`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
