"""The generated pages of the reference are those of the code."""

from __future__ import annotations

from tests.reference.pages import texts


def test_the_generated_pages_are_up_to_date() -> None:
    stale = [file.name for file, text in texts().items() if file.read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m tests.reference"
