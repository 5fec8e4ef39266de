"""The `WWW-Authenticate` header of a denied call."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from flow_mcp.runtime.reason import ErrorCode

# Everything that may stand in a header's quoted string as it is; the rest is percent-encoded, so that no
# value can end the header or begin another.
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def bearer_challenge(
    *, error: ErrorCode | None = None, resource_metadata: str | None = None, scopes: Sequence[str] = ()
) -> str:
    """Build a Bearer challenge (RFC 6750, section 3; RFC 9728, section 5.1).

    A challenge must have a parameter: without any other it carries a constant realm.
    """
    parameters = {
        "error": error,
        "resource_metadata": resource_metadata,
        "scope": " ".join(scopes) or None,
    }
    given = [f"{name}={_quoted(value)}" for name, value in parameters.items() if value is not None]
    return "Bearer " + ", ".join(given or ['realm="Flow MCP"'])


def _quoted(value: str) -> str:
    """Write a quoted string (RFC 9110, 5.6.4)."""
    text = quote(value, safe=_PRINTABLE, errors="replace")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
