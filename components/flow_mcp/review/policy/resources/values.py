"""Read a resource's properties, any of which may be unknown in a preview."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.rule import Unknown


def at(values: Any, *keys: str) -> Any:
    """Return the value at a path of keys; `Unknown` if a value on it is unknown, None if one is missing."""
    for key in keys:
        if not isinstance(values, Mapping):
            return values if isinstance(values, Unknown) else None
        values = values.get(key)
    return values


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every scalar and unknown value below a value, with its path."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from leaves(below, (*path, index))
    elif value is not None:
        yield path, value


def document(settings: Any) -> Any:
    """Return the output `settings` as plain values; None if it is not a JSON object."""
    if not isinstance(settings, str):
        return settings if isinstance(settings, Unknown) else None
    try:
        value = json.loads(settings)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
