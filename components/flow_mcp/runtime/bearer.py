"""The bearer token of a call, as it came over the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from flow_mcp.runtime.reason import Reason, Refused

_IN_QUERY = re.compile(rb"(?:^|[&;?])access_token(?:[=&;]|$)")


def bearer_token(headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> str | None:
    """Give the token of the one `Authorization` header (RFC 6750, 2.1); None if there is none of Bearer.

    Any bytes are accepted here: what is no token, the decision refuses.

    Args:
        headers: Names in lower case, as ASGI has them.
        query: The query string, undecoded.

    Raises:
        Refused: there are several such headers, and another component could read the other one; or the query
            carries a token, where logs and histories keep it (RFC 6750, 5.3: MCP forbids it).
    """
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) > 1:
        raise Refused(Reason.SEVERAL_TOKENS)
    if query and _IN_QUERY.search(unquote_to_bytes(query)):
        raise Refused(Reason.TOKEN_IN_QUERY)
    if not given:
        return None
    scheme, _, token = given[0].partition(b" ")
    if scheme.lower() != b"bearer":
        return None
    return token.strip(b" ").decode("latin-1")
