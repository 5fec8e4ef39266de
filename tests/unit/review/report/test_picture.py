"""The picture of who can reach what."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from flow_mcp.review.report.picture import picture
from flow_mcp.review.report.subjects import Subject

RESOURCES = ("1/a", "1/b", "2/a")


def client(name: str, *reaches: str) -> Subject:
    return Subject("client", name, "", frozenset(reaches))


def drawn(subjects: list[Subject], resources: tuple[str, ...] = RESOURCES) -> tuple[list[str], int, str]:
    """The labels, the number of lines and the description of a picture, which is well-formed XML."""
    root = ElementTree.fromstring(picture("Who can reach what", subjects, resources))
    labels = [each.text or "" for each in root.iter("text")]
    lines = sum(
        len(re.findall("M", each.get("d", "")))
        for each in root.iter("path")
        if "l" in each.get("class", "").split()
    )
    return labels, lines, root.findtext("desc") or ""


def test_a_line_leads_from_each_to_what_they_reach() -> None:
    labels, lines, _ = drawn([client("agent", "1/a", "2/a"), client("idle")])
    assert (labels, lines) == (["agent", "idle", *RESOURCES], 2)


def test_where_many_come_those_who_reach_the_same_are_one() -> None:
    subjects = [client(f"agent-{number}", RESOURCES[number % 3]) for number in range(20)]
    labels, lines, said = drawn([*subjects, client("all", *RESOURCES)])
    assert labels == ["7 clients", "7 clients", "6 clients", "all", *RESOURCES]
    assert lines == 6
    assert "21 who come are shown as 4." in said


def test_what_is_left_out_is_said() -> None:
    resources = tuple(f"1/{number:02}" for number in range(50))
    subjects = [client(f"agent-{key}", key) for key in resources]
    labels, lines, said = drawn(subjects, resources)
    assert (len(labels), lines) == (80, 40)
    assert "50 who come are shown as 40. Of 50 protected resources the first 40 are shown." in said


def test_names_are_text_and_long_ones_are_clipped() -> None:
    labels, *_ = drawn([client("<script>&", "1/a"), client("n" * 30, "1/a")])
    assert labels[:2] == ["<script>&", "n" * 22 + "…"]


def test_nobody_who_comes_is_no_picture() -> None:
    assert picture("Who", [], RESOURCES) == picture("Who", [client("a")], ()) == ""
