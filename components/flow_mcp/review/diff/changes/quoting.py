"""Quote values of a declaration in sentences, so that a value cannot be mistaken for part of the sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_WORD = re.compile(r"[\w._~:/?#\[\]@!$&()*+,;=%-]*(?:\w/?|/?\*)")
_MAXIMUM_LENGTH = 100
_MAXIMUM_ITEMS = 10
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def quoted(value: str) -> str:
    """Return a text for a sentence: a plain word unchanged, others in quotes; clipped at 100 characters."""
    clipped = (
        value if len(value) <= _MAXIMUM_LENGTH else f"{value[:_MAXIMUM_LENGTH]}… ({len(value)} characters)"
    )
    return clipped if _WORD.fullmatch(clipped) else json.dumps(clipped, ensure_ascii=False)


def quoted_list(values: Sequence[str]) -> str:
    """Return several texts for a sentence; those beyond ten are counted."""
    parts = [quoted(value) for value in values[:_MAXIMUM_ITEMS]]
    if len(values) > _MAXIMUM_ITEMS:
        parts.append(f"{len(values) - _MAXIMUM_ITEMS} more")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def quoted_value(value: Any) -> str:
    """Return any value of a declaration for a sentence, quoted as `quoted` does."""
    if isinstance(value, list) and value:
        return quoted_list(
            [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in value]
        )
    return quoted(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def duration(seconds: int) -> str:
    """Return a duration in the largest unit of which it is a whole number."""
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    return f"{seconds // _UNITS[unit]}{unit}"
