"""Text with its hidden characters shown as escapes, and clipped."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 200

# Shown as nothing or as a space, though Unicode counts them as letters, marks or symbols.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# No script needs more accents on one letter; more of them cover the lines above and below.
_ACCENTS = 4


def plain(text: str, limit: int = LIMIT) -> str:
    r"""The text in one line, as it may stand in JSON or HTML after that format's own escaping.

    Controls, line breaks, bidirectional and zero-width characters, tags, lone surrogates and odd spaces are
    shown as Python writes them: `\n`, `\x1b`, `\u202e`. A backslash of the text stays as it is. What is
    longer than `limit` characters ends in a mark that says how long it is.
    """
    shown: list[str] = []
    length = 0
    accents = _ACCENTS  # one at the start would change what stands before the text
    for char in text:
        accents = accents + 1 if unicodedata.category(char).startswith("M") else 0
        hidden = accents > _ACCENTS or not char.isprintable() or INVISIBLE.match(char)
        piece = char.encode("unicode_escape").decode("ascii") if hidden else char
        length += len(piece)
        if length > limit:
            return f"{''.join(shown)}… ({len(text)} characters)"
        shown.append(piece)
    return "".join(shown)
