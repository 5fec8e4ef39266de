"""Text is printed without control sequences and without interpretation by rich."""

from __future__ import annotations

from io import StringIO

from hypothesis import given
from rich.console import Console
from rich.text import Text

from flow_mcp.common.safe_text import plain, terminal
from tests.unit.common.safe_text.texts import HIDDEN, HOSTILE


@given(HOSTILE)
def test_rich_prints_exactly_the_text(text: str) -> None:
    written = StringIO()
    console = Console(file=written, force_terminal=True, width=10_000)
    console.print(Text("client ").append(terminal(text, 500)), soft_wrap=True)
    assert written.getvalue() == f"client {plain(text, 500)}\n"
    assert HIDDEN.search(terminal(text, 500)) is None


def test_markup_links_and_colours_are_not_interpreted() -> None:
    hostile = "[bold]:smiley:[/] \x1b[2J \x1b]8;;https://a.example\x07here\x1b]8;;\x07\r\n"
    shown = r"[bold]:smiley:[/] \x1b[2J \x1b]8;;https://a.example\x07here\x1b]8;;\x07\r\n"
    assert terminal(hostile) == shown
