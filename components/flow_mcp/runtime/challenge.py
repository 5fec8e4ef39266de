"""The `WWW-Authenticate` header of a denied call."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from flow_mcp.runtime.reason import ErrorCode

# Characters that a quoted string of a header may contain. Other characters are percent-encoded, so that a
# value cannot end the header or start another one.
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def bearer_challenge(
    *, error: ErrorCode | None = None, resource_metadata: str | None = None, scopes: Sequence[str] = ()
) -> str:
    """Return the value of `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1).

    A challenge must have at least one parameter. Without others it has a constant realm.
    """
    parameters = {
        "error": error,
        "resource_metadata": resource_metadata,
        "scope": " ".join(scopes) or None,
    }
    parts = [f"{name}={_quoted(value)}" for name, value in parameters.items() if value is not None]
    return "Bearer " + ", ".join(parts or ['realm="Flow MCP"'])


def _quoted(value: str) -> str:
    """Return the value as a quoted string (RFC 9110, 5.6.4)."""
    text = quote(value, safe=_PRINTABLE, errors="replace")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
