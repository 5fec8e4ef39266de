"""Read the bearer token from the headers of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from flow_mcp.runtime.reason import Reason, Refused

_IN_QUERY = re.compile(rb"(?:^|[&;?])access_token(?:[=&;]|$)")


def bearer_token(headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> str | None:
    """Return the token of the `Authorization` header (RFC 6750, 2.1); None if no Bearer token was sent.

    Any bytes are accepted here: `decide` rejects values that are not tokens.

    Args:
        headers: Header names in lower case, as in an ASGI scope, and their values.
        query: The query string, before decoding.

    Raises:
        Refused: there are several `Authorization` headers, of which another component could read a different
            one; or the query carries a token, where logs and browser histories keep it (RFC 6750, 5.3; MCP
            forbids it).
    """
    values = [value for name, value in headers if name == b"authorization"]
    if len(values) > 1:
        raise Refused(Reason.SEVERAL_TOKENS)
    if query and _IN_QUERY.search(unquote_to_bytes(query)):
        raise Refused(Reason.TOKEN_IN_QUERY)
    if not values:
        return None
    scheme, _, token = values[0].partition(b" ")
    if scheme.lower() != b"bearer":
        return None
    return token.strip(b" ").decode("latin-1")
