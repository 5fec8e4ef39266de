"""Parse dates in resources' properties."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any


def day_of(value: Any) -> date | None:
    """Return the date of an RFC 3339 timestamp, in its own time zone; None for any other value."""
    try:
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None
