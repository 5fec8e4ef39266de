"""Escaped text is shown as the same text by a SARIF viewer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from flow_mcp.common.safe_text import plain, sarif
from tests.unit.common.safe_text.texts import HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[here](https://a.example)", r"\[here\](https://a.example)"),
        (r"\[here](1)", r"\\\[here\](1)"),
        ("the {0} of {{1}}", "the {{0}} of {{{{1}}}}"),
        ("a\u202eb", r"a\\u202eb"),
    ],
)
def test_links_and_placeholders_are_escaped(text: str, shown: str) -> None:
    assert sarif(text) == shown


@given(HOSTILE)
def test_a_viewer_shows_the_text(text: str) -> None:
    shown = sarif(text, 500)
    assert re.fullmatch(r"(?:\\[\\\[\]]|\{\{|\}\}|[^\\\[\]{}])*", shown)
    without = re.sub(r"\\([\\\[\]])", r"\1", shown.replace("{{", "{").replace("}}", "}"))
    assert without == plain(text, 500)
