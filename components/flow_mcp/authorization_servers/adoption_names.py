"""Names of existing clients in a tenant's file."""

from __future__ import annotations

import re
from collections.abc import Collection

_LONGEST = 40
_OTHER = re.compile(r"[^a-z0-9]+")


def client_name(client_id: str, tenant_id: str, taken: Collection[str]) -> str:
    """Return a free name for a client, made from its client ID."""
    plain = _OTHER.sub("-", client_id.removeprefix(f"flow-mcp-{tenant_id}-").lower()).strip("-")
    name = plain[:_LONGEST].rstrip("-") or "client"
    number = 2
    candidate = name
    while candidate in taken:
        suffix = f"-{number}"
        candidate = f"{name[: _LONGEST - len(suffix)].rstrip('-')}{suffix}"
        number += 1
    return candidate
