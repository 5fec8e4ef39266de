"""docs/diff.md agrees with the program."""

from __future__ import annotations

from pathlib import Path

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL
from flow_mcp.review.diff import Risk
from flow_mcp.review.diff.kinds import KINDS

PAGE = Path(__file__).parents[4] / "docs" / "diff.md"


def table() -> str:
    """Return the table of all kinds of change, as the page contains it."""
    rows = [f"| `{kind.id}` | {kind.risk} | {kind.shows} | {kind.why} |" for kind in KINDS]
    return "\n".join(["| Kind | Risk | What changes | Why |", "|---|---|---|---|", *rows]) + "\n"


def test_the_page_contains_every_kind_of_change() -> None:
    assert PAGE.read_text(encoding="utf-8").partition("<!-- kinds -->\n")[2] == table()


def test_the_page_contains_the_exit_codes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"\n| {code} | " in page for code in (0, 2, NEEDS_APPROVAL, BLOCKED))


def test_each_kind_has_a_unique_id_and_sentences_in_order_of_risk() -> None:
    assert len({kind.id for kind in KINDS}) == len(KINDS)
    assert all(text.endswith(".") and "|" not in text for kind in KINDS for text in (kind.shows, kind.why))
    assert [kind.risk for kind in KINDS] == sorted((kind.risk for kind in KINDS), key=list(Risk).index)
