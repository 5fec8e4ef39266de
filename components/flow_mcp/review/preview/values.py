"""Property values of the engine's events, in which secrets and unknown values are marks of the wire format.

The marks are defined in Pulumi's `sdk/go/common/resource/plugin/rpc.go` and `sdk/go/common/resource/sig`.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import rfc8785

from flow_mcp.common.nulls import without_nulls
from flow_mcp.declaration.findings import Path, dotted

SECRET = "[secret]"  # noqa: S105 a mask
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's own mark, which a declared text does not contain by accident."""

_UNKNOWN_MARKS = frozenset(
    {
        UNKNOWN,  # a string, or a value of unknown type
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # a list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # a mapping
    }
)
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 a mark
_OUTPUT_MARK = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


def plain(value: Any) -> Any:
    """Return the value with `SECRET` for every secret and `UNKNOWN` for every unknown value.

    Properties that are `null` are removed, as in `without_nulls`.
    """
    return without_nulls(_marked(value))


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == SECRET_MARK or (signature == _OUTPUT_MARK and value.get("secret")):
            return SECRET
        if signature == _OUTPUT_MARK:
            return _marked(value["value"]) if "value" in value else UNKNOWN
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return UNKNOWN if isinstance(value, str) and value in _UNKNOWN_MARKS else value


def unknown_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of unknown values in a plain value."""
    if value == UNKNOWN:
        yield path
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from unknown_paths(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown_paths(item, (*path, index))


def changed_paths(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths at which two plain values differ. Secrets are masked and compare as equal."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key in before and key in after:
                yield from changed_paths(before[key], after[key], (*path, key))
            else:
                yield (*path, key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changed_paths(old, new, (*path, index))
    elif before != after:
        yield path


def deviations(approved: Any, now: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths at which a plain value differs from the approved one, where that was known.

    The order of a list does not matter, because some plugins sort a list only when all its inputs are known.
    """
    if approved == UNKNOWN:
        return
    if isinstance(approved, dict) and isinstance(now, dict):
        for key in sorted(approved.keys() | now.keys()):
            if key in approved and key in now:
                yield from deviations(approved[key], now[key], (*path, key))
            else:
                yield (*path, key)
    elif isinstance(approved, list) and isinstance(now, list) and len(approved) == len(now):
        if any(unknown_paths(approved)) or _sorted(approved) != _sorted(now):
            for index, (old, new) in enumerate(zip(approved, now, strict=True)):
                yield from deviations(old, new, (*path, index))
    elif approved != now:
        yield path


def _sorted(values: list[Any]) -> list[bytes]:
    return sorted(map(rfc8785.dumps, values))


def digest(value: Any) -> str:
    """Return the SHA-256 of a plain value in its RFC 8785 form."""
    return f"sha256:{sha256(rfc8785.dumps(value)).hexdigest()}"


def path_text(path: Path) -> str:
    """Return a path as Pulumi writes it."""
    return dotted(path) or "."
