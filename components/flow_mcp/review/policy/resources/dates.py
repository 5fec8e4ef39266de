"""Days in resources' properties."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any


def day_of(value: Any) -> date | None:
    """The day of a time as of RFC 3339, in the time zone that it is written in; None of anything else."""
    try:
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None
