"""Where resources of several types keep the same thing, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.rule import Resource, Unknown


class _Each(Enum):
    EACH = "each"


EACH: Final = _Each.EACH
"""Stands in a place for every key of a mapping and every item of a list."""

Place = tuple[str | _Each, ...]
"""Keys from a resource's properties on."""

Places = Mapping[str, tuple[Place, ...]]
"""By the type of resource."""


def found(resource: Resource, places: Places) -> Iterator[tuple[Path, Any]]:
    """What the resource has at the places of its type, with its path; what is left out is not there.

    Where a list or mapping should be and is something else, that is found itself: it must be judged too.
    """
    for place in places.get(resource.type, ()):
        yield from below(resource.values, place)


def below(value: Any, place: Place, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """What a value has at a place; `Unknown` where a part of the way is."""
    if value is None:
        return
    if not place or isinstance(value, Unknown):
        yield path, value
    elif place[0] is EACH:
        parts = _parts(value)
        if parts is None:
            yield path, value
        else:
            for key, part in parts:
                yield from below(part, place[1:], (*path, key))
    elif isinstance(value, Mapping):
        yield from below(value.get(place[0]), place[1:], (*path, place[0]))


def _parts(value: Any) -> Iterator[tuple[str | int, Any]] | None:
    if isinstance(value, Mapping):
        return iter(value.items())
    return iter(enumerate(value)) if isinstance(value, list) else None
