"""Reads values of the JSON objects of an administration API, whose shape depends on the server's history.

An imported realm can have null, a list or a number where Keycloak's reference has a text. A value of another
type counts as absent, so an object never ends the reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Representation = Mapping[str, Any]
"""An object of an administration API, such as Keycloak's Admin REST API or Microsoft Graph."""


def text(representation: Representation, key: str) -> str:
    """Return a text; empty if it is absent."""
    value = representation.get(key)
    return value if isinstance(value, str) else ""


def flag(representation: Representation, key: str) -> bool:
    """Return whether a Boolean is true. Attributes contain Booleans as text."""
    return representation.get(key) in (True, "true")


def texts(representation: Representation, key: str) -> tuple[str, ...]:
    """Return the texts of a list, sorted and without duplicates."""
    value = representation.get(key)
    listed = value if isinstance(value, list) else ()
    return tuple(sorted({entry for entry in listed if isinstance(entry, str)}))


def mapping(representation: Representation, key: str) -> Representation:
    """Return an object; empty if it is absent."""
    value = representation.get(key)
    return value if isinstance(value, dict) else {}


def objects(representation: Representation, key: str) -> tuple[Representation, ...]:
    """Return the objects of a list."""
    return tuple(listed(representation.get(key)))


def listed(value: Any) -> Iterator[Representation]:
    """Yield the objects of a list that an administration API returned."""
    yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()
