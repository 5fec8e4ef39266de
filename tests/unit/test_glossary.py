"""The glossary lists each term once, and says where the term comes from and what it is not."""

from __future__ import annotations

import re

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "glossary.md"
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
TERMS = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

each_term = pytest.mark.parametrize("term", TERMS)


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_terms_are_in_alphabetical_order() -> None:
    assert sorted(TERMS, key=str.casefold) == TERMS


def test_each_term_has_one_entry() -> None:
    assert len({term.casefold() for term in TERMS}) == len(TERMS) == len(SECTIONS)


@each_term
def test_a_term_has_a_definition_a_source_and_what_it_is_not(term: str) -> None:
    definition, *points = SECTIONS[term].strip().split("\n- ")
    assert re.fullmatch(r"[A-Z].*\.", definition.strip(), re.DOTALL)
    assert [point.partition(":")[0] for point in points] == ["Not", "Source"]
    assert re.search(r"\]\((https://\S+|\S+\.(md|json)(#\S+)?)\)", points[1])


@each_term
def test_the_pages_and_headings_that_a_term_links_to_exist(term: str) -> None:
    links = re.findall(r"\]\((?!https://)([^)#]*)#?([^)]*)\)", SECTIONS[term])
    for file, anchor in links:
        page = (PAGE.parent / file).resolve() if file else PAGE
        assert page.is_file()
        assert not anchor or anchor in anchors(page.read_text(encoding="utf-8"))
