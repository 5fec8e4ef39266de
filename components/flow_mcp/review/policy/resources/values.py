"""Read a resource's values, any of which may be unknown in a preview: by path, as dates, as URLs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from ipaddress import ip_address
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


def day_of(value: Any) -> date | None:
    """Return the date of an RFC 3339 timestamp, in its own time zone; None for any other value."""
    try:
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None


# User names, backslashes and spaces are excluded: URL parsers disagree on which part is then the host.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]+)?(?:[/?#][!-\[\]-~]*)?",
    re.IGNORECASE,
)


def is_secure(address: Any) -> bool:
    """Return whether an address is https, or plain http to a loopback host."""
    parts = _URL.fullmatch(address) if isinstance(address, str) else None
    return parts is not None and (
        parts["scheme"].lower() == "https" or _is_loopback(parts["host"].lower().strip("[]"))
    )


def host_of(address: Any) -> str | None:
    """Return the host of an http or https address in lower case; None for any other value."""
    parts = _URL.fullmatch(address) if isinstance(address, str) else None
    return parts["host"].lower() if parts else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
