"""Text of others, as it may stand in the report."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flow_mcp.common.safe_text import plain

_LONGEST = 400


@lru_cache(maxsize=1 << 16)
def shown(text: str) -> str:
    """The text in one line, hidden characters as escapes, clipped. Tenants have many texts in common."""
    return plain(text, _LONGEST)


def all_shown(texts: Iterable[str]) -> tuple[str, ...]:
    """Each of them."""
    return tuple(map(shown, texts))
