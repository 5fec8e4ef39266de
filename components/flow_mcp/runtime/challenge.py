"""The `WWW-Authenticate` header of a denied call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import quote

from flow_mcp.runtime.reason import ErrorCode

# Characters that a quoted string of a header may contain. Other characters are percent-encoded, so that a
# value cannot end the header or start another one.
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


Scheme = Literal["Bearer", "DPoP"]


def bearer_challenge(
    *, error: ErrorCode | None = None, resource_metadata: str | None = None, scopes: Sequence[str] = ()
) -> str:
    """Return the value of `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1).

    A challenge must have at least one parameter. Without others it has a constant realm.
    """
    return _challenge("Bearer", error, resource_metadata, scopes, ())


def challenges(
    schemes: Iterable[Scheme],
    *,
    error: ErrorCode | None,
    resource_metadata: str,
    scopes: Sequence[str],
    algorithms: Sequence[str],
) -> str:
    """Return the value of `WWW-Authenticate` with one challenge for each scheme (RFC 9449, 7.1 and 7.2).

    Args:
        schemes: The schemes, the preferred one first.
        error: The error code of all challenges.
        resource_metadata: URL of the protected resource metadata.
        scopes: The scopes to request.
        algorithms: Accepted algorithms of proofs, for the scheme DPoP.
    """
    return ", ".join(
        _challenge(scheme, error, resource_metadata, scopes, algorithms if scheme == "DPoP" else ())
        for scheme in schemes
    )


def _challenge(
    scheme: Scheme,
    error: ErrorCode | None,
    resource_metadata: str | None,
    scopes: Sequence[str],
    algorithms: Sequence[str],
) -> str:
    parameters = {
        "error": error,
        "resource_metadata": resource_metadata,
        "scope": " ".join(scopes) or None,
        "algs": " ".join(algorithms) or None,
    }
    parts = [f"{name}={_quoted(value)}" for name, value in parameters.items() if value is not None]
    return f"{scheme} " + ", ".join(parts or ['realm="Flow MCP"'])


def _quoted(value: str) -> str:
    """Return the value as a quoted string (RFC 9110, 5.6.4)."""
    text = quote(value, safe=_PRINTABLE, errors="replace")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
