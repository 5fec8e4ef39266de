"""Addresses in resources' properties, judged so that no reader of them could see another host."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

# No user name, backslash or blank: with these, one program's host is another program's user or path.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]+)?(?:[/?#][!-\[\]-~]*)?",
    re.IGNORECASE,
)


def is_secure(address: Any) -> bool:
    """Whether an address is https, or plain http that cannot leave this machine."""
    parts = _URL.fullmatch(address) if isinstance(address, str) else None
    return parts is not None and (
        parts["scheme"].lower() == "https" or _is_loopback(parts["host"].lower().strip("[]"))
    )


def host_of(address: Any) -> str | None:
    """The host of an http(s) address in lower case; None of what is no such address."""
    parts = _URL.fullmatch(address) if isinstance(address, str) else None
    return parts["host"].lower() if parts else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
