"""Names of existing clients in a tenant's file."""

from __future__ import annotations

import re
from collections.abc import Collection

_LONGEST = 40
_OTHER = re.compile(r"[^a-z0-9]+")


def free_name(text: str, taken: Collection[str]) -> str:
    """Return a free name for a client, made from its client ID or its display name."""
    name = _OTHER.sub("-", text.lower()).strip("-")[:_LONGEST].rstrip("-") or "client"
    number = 2
    candidate = name
    while candidate in taken:
        suffix = f"-{number}"
        candidate = f"{name[: _LONGEST - len(suffix)].rstrip('-')}{suffix}"
        number += 1
    return candidate
