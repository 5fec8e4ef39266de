"""Misleading texts for the tests of all output formats."""

from __future__ import annotations

import re

from hypothesis import strategies

_CHARACTERS = "\\`*_{}[]<>()#+-.!|~&$^=@%\"':;/ ab1\n\t\r\x1b\u200b\u202e\u0301\U000e0041éwWgG"
_ADDRESSES = ("http", "mailto", "javascript", "://", ":", "//", "www", "WWW", ".", ".com", "localhost", "a")
_REFERENCES = ("@", "#1", "GH-1", "!1", "[x](y)", "![", "](", "[^1]", "[ ] ", "&amp;", "&#64;", "{0}")
_BLOCKS = (
    "<b>",
    "</b>",
    "<!--",
    "```",
    "|",
    "---",
    "1. ",
    "1)",
    "- ",
    "+ ",
    "> ",
    "    ",
    " ",
    "\n",
    "\u2028",
)
_INLINE = (
    "`",
    "~~",
    "**",
    "$x$",
    "\\",
    "[bold]",
    "[/]",
    ":smiley:",
    "\x1b[31m",
    "\x1b]8;;https://a\x07",
    "é",
)
_PIECES = (*_ADDRESSES, *_REFERENCES, *_BLOCKS, *_INLINE)

HOSTILE = strategies.one_of(
    strategies.text(alphabet=_CHARACTERS, max_size=40),
    strategies.lists(strategies.sampled_from(_PIECES), max_size=12).map("".join),
    strategies.text(strategies.characters(codec=None), max_size=40),
)
"""Arbitrary text, including surrogates, and text with the syntax of an output format."""

# Characters that change the order or are invisible: controls of UAX 9, default ignorables of UTS 39.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
