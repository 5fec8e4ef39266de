"""Escape text for GitHub's Markdown, as in pull request comments; GitLab and Azure DevOps render it alike."""

from __future__ import annotations

import re

from flow_mcp.common.safe_text.plain import LIMIT, plain

# A zero-width space. Escaping is not enough: mentions, references and URLs are recognized in the rendered
# text, which contains no escapes. Zero-width spaces of the text itself are shown as escapes.
_BREAK = "&#8203;"
# `@person`, `#123`, `GH-123` and GitLab's `!123`, `$123`, `&123`, `%milestone`, `~label`; URLs with and
# without a scheme.
_JOINT = re.compile(r"(?<=[@#!$%~&:.])(?=\S)|(?<=/)(?=/)|(?<=\bGH-)(?=[0-9])|(?<=www)(?=\.)", re.IGNORECASE)
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#|!~&$^=@%+\"':]")
_LIST = re.compile(r"^([0-9]*)([-.])")
# Markdown removes spaces at the ends; HTML collapses repeated spaces.
_DROPPED = re.compile(r"^ | $|(?<= ) ")
_SPACE = "&#160;"


def markdown(text: str, limit: int = LIMIT) -> str:
    """Return the text as Markdown that renders as the same text, also at a line's start and in a table cell.

    The result cannot format text, create links, mention people, refer to issues, or end a line or a cell. The
    only exception is a commit's hash, which may become a link to the commit.
    """
    parts = (_SPECIAL.sub(r"\\\g<0>", part) for part in _JOINT.split(plain(text, limit)))
    return _DROPPED.sub(_SPACE, _LIST.sub(r"\1\\\2", _BREAK.join(parts)))
