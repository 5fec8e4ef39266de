"""Show invisible characters of a text as escapes, and limit its length."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 200

# Displayed as nothing or as a space, although Unicode classifies them as letters, marks or symbols.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# No script needs more accents on one letter; more accents overlap the lines above and below.
_ACCENTS = 4


def plain(text: str, limit: int = LIMIT) -> str:
    r"""Return the text in one line; JSON and HTML need their own escaping in addition.

    Control characters, line breaks, bidirectional and zero-width characters, tags, lone surrogates and
    unusual spaces become Python escapes such as `\n`, `\x1b` and `\u202e`. A backslash stays as it is. A text
    longer than `limit` characters is cut and ends with its length.
    """
    pieces: list[str] = []
    length = 0
    accents = _ACCENTS  # an accent at the start would combine with the character before the text
    for char in text:
        accents = accents + 1 if unicodedata.category(char).startswith("M") else 0
        hidden = accents > _ACCENTS or not char.isprintable() or INVISIBLE.match(char)
        piece = char.encode("unicode_escape").decode("ascii") if hidden else char
        length += len(piece)
        if length > limit:
            return f"{''.join(pieces)}… ({len(text)} characters)"
        pieces.append(piece)
    return "".join(pieces)
