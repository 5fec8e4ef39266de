"""Which protected resource an address belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.settings import ProtectedResource

# Scheme, authority without user, then non-empty segments and at most a slash at the end. Only characters
# of a path segment (RFC 3986, 3.3), without `;`, which some servers take for the start of a parameter.
_ADDRESS = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\\;%\s]+(?:/[A-Za-z0-9\-._~!$&'()*+,=:@%]+)*/?", re.ASCII
)
# Dot segments; escapes of `.`, `/`, `\`, `;`, `%` and control characters, which mean one thing here and
# another to whoever decodes them once more; escapes that are none.
_AMBIGUOUS = re.compile(r"/\.{1,2}(?:/|$)|%(?:2[EeFf5]|3[Bb]|5[Cc]|7[Ff]|[01][0-9A-Fa-f]|(?![0-9A-Fa-f]{2}))")


def find_resource(resources: Iterable[ProtectedResource], address: str) -> ProtectedResource | None:
    """Find the resource whose URL is the longest prefix of the address in whole segments.

    Compared before decoding, byte for byte, scheme and host too: the address is the one that the server
    built from its configuration, not what a `Host` header says. An address that could be read in two ways
    belongs to none.
    """
    if not _ADDRESS.fullmatch(address):
        return None
    # Most addresses have nothing to search for.
    if ("%" in address or "/." in address) and _AMBIGUOUS.search(address):
        return None
    below = address + "/"
    found = [resource for resource in resources if below.startswith(resource.url + "/")]
    return max(found, key=lambda resource: len(resource.url), default=None)
