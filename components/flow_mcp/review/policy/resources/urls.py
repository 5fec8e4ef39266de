"""Validate http and https addresses in a notation that every URL parser reads as the same host."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

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
