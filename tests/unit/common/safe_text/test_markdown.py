"""Escaped text is rendered as the same text by a Markdown renderer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from flow_mcp.common.safe_text import markdown, plain
from tests.unit.common.safe_text.texts import HOSTILE

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# GFM's extended autolinks (section 6.9), and patterns that GitHub and GitLab recognize in the rendered text.
RECOGNIZED = re.compile(r"://|\bwww\.|@\w|[#!$&%~]\w|[~%]\"|\bgh-[0-9]|\w\.\w|//", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nightly agent, 東京", "Nightly agent, 東京"),
        ("flow-mcp-acme", "flow-mcp-acme"),
        ("<script>alert(1)</script>", r"\<script\>alert\(1\)\</script\>"),
        ("[a](b) ![c](d) [^1]", r"\[a\]\(b\) \!&#8203;\[c\]\(d\) \[\^1\]"),
        ("a | b `c` *d* _e_ ~~f~~", r"a \| b \`c\` \*d\* \_e\_ \~&#8203;\~&#8203;f\~&#8203;\~"),
        ("@octocat #12 GH-12 !3", r"\@&#8203;octocat \#&#8203;12 GH-&#8203;12 \!&#8203;3"),
        ("https://a.example/x", r"https\:&#8203;/&#8203;/a.&#8203;example/x"),
        # A character reference would become a part of a URL that begins with `www.`.
        ("www.0", r"www&#8203;.&#8203;0"),
        ("me@a.example", r"me\@&#8203;a.&#8203;example"),
        ("line\nbreak", r"line\\nbreak"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ("12) a", r"12\) a"),
        ("# a", r"\# a"),
        (" a  b ", "&#160;a &#160;b&#160;"),
        ("$x$ &amp; &#64;", r"\$&#8203;x\$ \&&#8203;amp; \&&#8203;\#&#8203;64;"),
    ],
)
def test_markdown_syntax_is_escaped(text: str, shown: str) -> None:
    assert markdown(text) == shown


@given(HOSTILE)
def test_a_paragraph_contains_the_text_and_no_element(text: str) -> None:
    shown = plain(text, 500)
    if shown.strip():
        opened, inline, closed = RENDERER.parse(markdown(text, 500))
        assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
        assert _read(inline) == shown


@given(HOSTILE)
def test_a_list_item_contains_the_text_and_no_element(text: str) -> None:
    shown = plain(text, 500)
    within = RENDERER.parse(f"- the client {markdown(text, 500)} gains access")
    assert [token.type for token in within if token.type != "inline"] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
    ]
    (inline,) = (token for token in within if token.type == "inline")
    assert _read(inline) == f"the client {shown} gains access"


@given(HOSTILE)
def test_a_table_cell_contains_the_text(text: str) -> None:
    rows = RENDERER.parse(f"| a | b |\n|---|---|\n| {markdown(text, 500)} | z |\n")
    a, b, cell, z = (token for token in rows if token.type == "inline")
    assert [_read(a), _read(b), _read(z)] == ["a", "b", "z"]
    assert _read(cell).strip(" ") == plain(text, 500).strip(" ")


@given(HOSTILE)
def test_the_rendered_text_contains_no_url_mention_or_reference(text: str) -> None:
    for token in RENDERER.parse(f"x {markdown(text, 500)}")[1].children or ():
        assert RECOGNIZED.search(token.content) is None


def test_a_long_name_is_cut_before_it_is_escaped() -> None:
    assert markdown("*" * 10_000) == r"\*" * 200 + r"… \(10000 characters\)"


def _read(inline: Token) -> str:
    children = inline.children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children).replace("\u200b", "").replace("\xa0", " ")
