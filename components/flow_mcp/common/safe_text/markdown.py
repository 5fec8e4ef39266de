"""Text for GitHub's Markdown, as in the comment of a pull request; GitLab and Azure read it alike."""

from __future__ import annotations

import re

from flow_mcp.common.safe_text.plain import LIMIT, plain

# A zero-width space. Escaping is not enough: mentions, references and addresses are looked for in what was
# rendered, where no escape is left. The text's own ones are shown as escapes, so that none is mistaken.
_BREAK = "&#8203;"
# `@person`, `#123`, `GH-123` and GitLab's `!123`, `$123`, `&123`, `%milestone`, `~label`; addresses with a
# scheme and without.
_JOINT = re.compile(r"(?<=[@#!$%~&:.])(?=\S)|(?<=/)(?=/)|(?<=\bGH-)(?=[0-9])|(?<=www)(?=\.)", re.IGNORECASE)
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#|!~&$^=@%+\"':]")
_LIST = re.compile(r"^([0-9]*)([-.])")
# Markdown drops spaces at the ends, HTML all but one of several.
_DROPPED = re.compile(r"^ | $|(?<= ) ")
_SPACE = "&#160;"


def markdown(text: str, limit: int = LIMIT) -> str:
    """The text as text, also at the start of a line and in a table's cell.

    No character of it formats, links, mentions a person, refers to an issue or ends a line or a cell. Only a
    bare hash of a commit may still become a link, to the commit.
    """
    parts = (_SPECIAL.sub(r"\\\g<0>", part) for part in _JOINT.split(plain(text, limit)))
    return _DROPPED.sub(_SPACE, _LIST.sub(r"\1\\\2", _BREAK.join(parts)))
