"""Reads values of Scalekit's representations. A value of an unexpected type counts as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"[0-9]{1,18}")

Representation = Mapping[str, Any]
"""An object of the REST API (https://docs.scalekit.com/apis/)."""


def text(representation: Representation, key: str) -> str:
    """Return a text; empty if it is absent."""
    value = representation.get(key)
    return value if isinstance(value, str) else ""


def flag(representation: Representation, key: str) -> bool:
    """Return whether a Boolean is true."""
    return representation.get(key) is True


def number(representation: Representation, key: str) -> int:
    """Return a whole number that is not negative; 0 if it is absent.

    A 64-bit number is a string in JSON (Protocol Buffers, JSON format).
    """
    value = str(representation.get(key))
    return int(value) if _NUMBER.fullmatch(value) else 0


def texts(representation: Representation, key: str) -> tuple[str, ...]:
    """Return the texts of a list, sorted and without duplicates."""
    value = representation.get(key)
    listed = value if isinstance(value, list) else ()
    return tuple(sorted({entry for entry in listed if isinstance(entry, str)}))


def objects(representation: Representation, key: str) -> tuple[Representation, ...]:
    """Return the objects of a list."""
    value = representation.get(key)
    return tuple(entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def is_enabled(scope: Representation) -> bool:
    """Return whether a scope of an MCP server is enabled, which it is if the flag is absent."""
    return scope.get("enabled") is not False
