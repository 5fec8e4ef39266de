"""The generated pages of the reference, and the picture of the report, are those of the code."""

from __future__ import annotations

from pathlib import Path

from tests.browser import picture
from tests.reference.pages import texts


def test_the_generated_pages_are_up_to_date() -> None:
    stale = [file.name for file, text in texts().items() if file.read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m tests.reference"


def test_the_picture_of_the_report_shows_the_report_of_today(tmp_path: Path) -> None:
    pictured = picture.recorded_digest(picture.PICTURE.read_bytes())
    assert pictured == picture.digest(picture.report(tmp_path)), "run python -m tests.browser.picture"
