"""Make texts safe for the report."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flow_mcp.common.safe_text import plain

_MAXIMUM_LENGTH = 400


@lru_cache(maxsize=1 << 16)
def safe_text(text: str) -> str:
    """Return a text as one line, with hidden characters escaped, clipped to 400 characters; cached."""
    return plain(text, _MAXIMUM_LENGTH)


def safe_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Return several texts, each made safe."""
    return tuple(map(safe_text, texts))
