"""Look up the protected resource that an address belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.settings import ProtectedResource

# Scheme, host and port without user, non-empty path segments, and at most one slash at the end. Segments have
# the characters of RFC 3986, 3.3, except `;`: some servers treat it as the start of a parameter.
_ADDRESS = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\\;%\s]+(?:/[A-Za-z0-9\-._~!$&'()*+,=:@%]+)*/?", re.ASCII
)
# Dot segments; escapes of `.`, `/`, `\`, `;`, `%` and control characters, whose meaning changes if another
# component decodes them a second time; malformed escapes.
_AMBIGUOUS = re.compile(r"/\.{1,2}(?:/|$)|%(?:2[EeFf5]|3[Bb]|5[Cc]|7[Ff]|[01][0-9A-Fa-f]|(?![0-9A-Fa-f]{2}))")


def find_resource(resources: Iterable[ProtectedResource], address: str) -> ProtectedResource | None:
    """Return the resource whose URL is the longest prefix of the address in whole segments, or None.

    The comparison is byte for byte before decoding, scheme and host included: the server builds the address
    from its configuration, not from a `Host` header. An ambiguous address belongs to no resource.
    """
    if not _ADDRESS.fullmatch(address):
        return None
    # The substring tests spare most addresses the regular expression.
    if ("%" in address or "/." in address) and _AMBIGUOUS.search(address):
        return None
    below = address + "/"
    matches = [resource for resource in resources if below.startswith(resource.url + "/")]
    return max(matches, key=lambda resource: len(resource.url), default=None)
