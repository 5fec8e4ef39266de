"""Texts of a declaration inside a sentence: a value must not pass for words of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_WORD = re.compile(r"[\w._~:/?#\[\]@!$&()*+,;=%-]*(?:\w/?|/?\*)")
_LONGEST = 100
_LISTED = 10
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def shown(value: str) -> str:
    """A value: one plain word as it is, anything else in quotes; clipped."""
    clipped = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value)} characters)"
    return clipped if _WORD.fullmatch(clipped) else json.dumps(clipped, ensure_ascii=False)


def listed(values: Sequence[str]) -> str:
    """Several values; what is beyond some ten is counted."""
    parts = [shown(value) for value in values[:_LISTED]]
    if len(values) > _LISTED:
        parts.append(f"{len(values) - _LISTED} more")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def value(value: Any) -> str:
    """Any value of a declaration, as `shown` would show a text."""
    if isinstance(value, list) and value:
        return listed(
            [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in value]
        )
    return shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def lasting(seconds: int) -> str:
    """A duration in the greatest unit that fits."""
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    return f"{seconds // _UNITS[unit]}{unit}"
