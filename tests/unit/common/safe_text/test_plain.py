"""Invisible characters are shown as escapes, and long texts are cut."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, strategies

from flow_mcp.common.safe_text import plain
from tests.unit.common.safe_text.texts import HIDDEN, HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Åsa's client (Größe, 東京, 🙂)", "Åsa's client (Größe, 東京, 🙂)"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x00\x1b[31mred\x9b0m\x7f", r"\x00\x1b[31mred\x9b0m\x7f"),
        ("acme\u202eemca\u2066x\u2069", r"acme\u202eemca\u2066x\u2069"),
        ("a\u200bb\u200d\u2060\ufeffc\u00ad", r"a\u200bb\u200d\u2060\ufeffc\xad"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("x\U000e0041\U000e007f", r"x\U000e0041\U000e007f"),
        ("\ud800 and \udfff", r"\ud800 and \udfff"),
        ("\u3164\u2800\xa0\u3000", r"\u3164\u2800\xa0\u3000"),
        ("\ue000\uffff", r"\ue000\uffff"),
        ("❤\ufe0f", r"❤\ufe0f"),
        (r"a \u202e that was typed", r"a \u202e that was typed"),
        ("e\u0301", "e\u0301"),
        ("\u0338 at the start", r"\u0338 at the start"),
        ("Z" + "\u0336" * 6, "Z" + "\u0336" * 4 + r"\u0336\u0336"),
    ],
)
def test_invisible_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(HOSTILE)
def test_no_invisible_character_is_left_and_the_text_can_be_encoded(text: str) -> None:
    shown = plain(text, 10_000)
    assert HIDDEN.search(shown) is None
    assert shown.splitlines() in ([shown], [])
    assert json.loads(json.dumps(shown).encode()) == shown


@given(HOSTILE, strategies.integers(1, 60))
def test_a_long_text_ends_with_its_length_and_not_within_an_escape(text: str, limit: int) -> None:
    whole, shown = plain(text, 10_000), plain(text, limit)
    if len(whole) <= limit:
        assert shown == whole
        return
    start, mark, length = shown.rpartition("… (")
    assert (mark, length) == ("… (", f"{len(text)} characters)")
    assert len(start) <= limit
    assert whole.startswith(start)
    assert any(plain(text[:end], 10_000) == start for end in range(len(text)))


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    assert plain("x" * 10_000) == "x" * 200 + "… (10000 characters)"
    assert plain("\u202e" * 10_000, 13) == r"\u202e\u202e"[:12] + "… (10000 characters)"


def test_only_the_shown_part_of_a_text_is_processed() -> None:
    began = time.perf_counter()
    plain("\u202e" * 10_000_000)
    assert time.perf_counter() - began < 1
