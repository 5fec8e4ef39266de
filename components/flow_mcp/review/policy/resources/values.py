"""Reading a resource's plain values, any part of which a preview may not know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.rule import Unknown


def at(values: Any, *keys: str) -> Any:
    """The value below some keys; `Unknown` where a part of the way is, None where there is none."""
    for key in keys:
        if not isinstance(values, Mapping):
            return values if isinstance(values, Unknown) else None
        values = values.get(key)
    return values


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text, number, truth value and unknown below a value, with its path."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from leaves(below, (*path, index))
    elif value is not None:
        yield path, value


def document(settings: Any) -> Any:
    """The output `settings` as plain values; None of what is no JSON object, which no runtime accepts."""
    if not isinstance(settings, str):
        return settings if isinstance(settings, Unknown) else None
    try:
        value = json.loads(settings)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
