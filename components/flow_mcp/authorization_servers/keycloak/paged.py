"""Lists of Keycloak's admin API that can be too long for one request.

A request for thousands of clients can exceed Keycloak's time limit for transactions (5 minutes by default).
It then ends in the middle of its response, with status 200.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flow_mcp.authorization_servers.representations import Representation, listed, text

PAGE = 100
"""Number of objects of one request."""


def all_pages(read: Callable[..., Any], path: str) -> Iterator[Representation]:
    """Yield the objects of all pages of a list, each object once.

    A page can be short before the last one: Keycloak leaves out objects that the administrator may not view,
    and those that it cannot represent. The first page without a new object is therefore the end.

    Args:
        read: returns the content of a path of the admin API, with the parameters of the query.
        path: the list.
    """
    known: set[str] = set()
    first = 0
    while True:
        page = {
            text(entry, "id") or repr(entry): entry for entry in listed(read(path, first=first, max=PAGE))
        }
        if page.keys() <= known:
            return
        yield from (entry for key, entry in page.items() if key not in known)
        known |= page.keys()
        first += PAGE
