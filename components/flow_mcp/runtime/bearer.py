"""Read the token and the DPoP proofs from the headers of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flow_mcp.runtime.reason import Reason, Refused

_IN_QUERY = re.compile(rb"(?:^|[&;?])access_token(?:[=&;]|$)")


class PresentedToken(NamedTuple):
    """A token, and how the call presents it."""

    token: str
    proofs: tuple[str, ...] | None = None
    """Values of the `DPoP` headers if the scheme is DPoP (RFC 9449, 7.1); None for the scheme Bearer."""


def presented_token(headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> PresentedToken | None:
    """Return the token of the `Authorization` header (RFC 6750, 2.1; RFC 9449, 7.1); None without a token.

    Any bytes are accepted here: `decide` rejects values that are not tokens.

    Args:
        headers: Header names in lower case, as in an ASGI scope, and their values.
        query: The query string, before decoding.

    Raises:
        Refused: there are several `Authorization` headers, of which another component could read a different
            one; or the query carries a token, where logs and browser histories keep it (RFC 6750, 5.3; MCP
            forbids it).
    """
    received = list(headers)
    values = [value for name, value in received if name == b"authorization"]
    if len(values) > 1:
        raise Refused(Reason.SEVERAL_TOKENS)
    if query and _IN_QUERY.search(unquote_to_bytes(query)):
        raise Refused(Reason.TOKEN_IN_QUERY)
    if not values:
        return None
    scheme, _, text = values[0].partition(b" ")
    token = text.strip(b" ").decode("latin-1")
    if scheme.lower() == b"bearer":
        return PresentedToken(token)
    if scheme.lower() == b"dpop":
        return PresentedToken(
            token, tuple(value.decode("latin-1") for name, value in received if name == b"dpop")
        )
    return None
