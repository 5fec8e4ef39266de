"""Reads values of Scalekit's representations that other authorization servers do not have."""

from __future__ import annotations

import re

from flow_mcp.authorization_servers.representations import Representation

_NUMBER = re.compile(r"[0-9]{1,18}")


def number(representation: Representation, key: str) -> int:
    """Return a whole number that is not negative; 0 if it is absent.

    A 64-bit number is a string in JSON (Protocol Buffers, JSON format).
    """
    value = str(representation.get(key))
    return int(value) if _NUMBER.fullmatch(value) else 0


def is_enabled(scope: Representation) -> bool:
    """Return whether a scope of an MCP server is enabled, which it is if the flag is absent."""
    return scope.get("enabled") is not False
