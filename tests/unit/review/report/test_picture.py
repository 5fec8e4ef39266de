"""The picture of a tenant's access."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from flow_mcp.review.report.picture import picture
from flow_mcp.review.report.subjects import Subject

RESOURCES = ("1/a", "1/b", "2/a")


def client(name: str, *reaches: str) -> Subject:
    return Subject("client", name, "", frozenset(reaches))


def drawn(subjects: list[Subject], resources: tuple[str, ...] = RESOURCES) -> tuple[list[str], int, str]:
    """Parse a picture and return its labels, the number of its lines and its description."""
    root = ElementTree.fromstring(picture("Access", subjects, resources))
    labels = [element.text or "" for element in root.iter("text")]
    lines = sum(
        len(re.findall("M", element.get("d", "")))
        for element in root.iter("path")
        if "l" in element.get("class", "").split()
    )
    return labels, lines, root.findtext("desc") or ""


def test_a_line_connects_a_subject_with_each_of_its_resources() -> None:
    labels, lines, _ = drawn([client("agent", "1/a", "2/a"), client("idle")])
    assert (labels, lines) == (["agent", "idle", *RESOURCES], 2)


def test_many_subjects_with_the_same_access_are_merged() -> None:
    subjects = [client(f"agent-{number}", RESOURCES[number % 3]) for number in range(20)]
    labels, lines, description = drawn([*subjects, client("all", *RESOURCES)])
    assert labels == ["7 clients", "7 clients", "6 clients", "all", *RESOURCES]
    assert lines == 6
    assert "21 rows of the table are shown as 4." in description


def test_omitted_rows_are_counted() -> None:
    resources = tuple(f"1/{number:02}" for number in range(50))
    subjects = [client(f"agent-{key}", key) for key in resources]
    labels, lines, description = drawn(subjects, resources)
    assert (len(labels), lines) == (80, 40)
    assert (
        "50 rows of the table are shown as 40. Of 50 protected resources the first 40 are shown."
        in description
    )


def test_names_are_escaped_and_long_ones_are_clipped() -> None:
    labels, *_ = drawn([client("<script>&", "1/a"), client("n" * 30, "1/a")])
    assert labels[:2] == ["<script>&", "n" * 22 + "…"]


def test_without_subjects_there_is_no_picture() -> None:
    assert picture("Access", [], RESOURCES) == picture("Access", [client("a")], ()) == ""
