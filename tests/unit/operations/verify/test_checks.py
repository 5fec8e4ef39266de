"""Tests of the list of checks and its documentation."""

from __future__ import annotations

import re
from pkgutil import iter_modules

import pytest

import flow_mcp.operations.verify
from flow_mcp.operations.verify.check import Check
from flow_mcp.operations.verify.checks import CHECKS
from flow_mcp.operations.verify.error_texts import ERROR_TEXTS
from flow_mcp.operations.verify.report import markdown
from tests.conftest import REPOSITORY

_FIELD = REPOSITORY / "docs" / "field-problems.md"
_BEGIN, _END = "<!-- checks -->\n", "<!-- /checks -->\n"


def test_every_check_is_in_the_list_once() -> None:
    defined = [
        value.id
        for module in iter_modules(flow_mcp.operations.verify.__path__, "flow_mcp.operations.verify.")
        if module.name != "flow_mcp.operations.verify.checks"
        for value in vars(__import__(module.name, fromlist=["_"])).values()
        if isinstance(value, Check)
    ]
    assert sorted(defined) == sorted(check.id for check in CHECKS)
    assert len(set(defined)) == len(defined)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_has_all_descriptions(check: Check) -> None:
    assert re.fullmatch(r"V-[A-Z]+-\d{3}", check.id)
    assert not check.title.endswith(".")
    assert check.meaning.endswith(".")
    assert check.remedy.endswith(".")
    assert check.reference.startswith("https://")


def test_every_error_text_has_a_remedy() -> None:
    assert [error_text.code for error_text in ERROR_TEXTS if not error_text.remedy.endswith(".")] == []
    assert [
        error_text.code for error_text in ERROR_TEXTS if not error_text.source.startswith("https://")
    ] == []
    assert len({error_text.code for error_text in ERROR_TEXTS}) == len(ERROR_TEXTS)


def test_the_documentation_lists_the_checks() -> None:
    page = (REPOSITORY / "docs" / "verify.md").read_text(encoding="utf-8")
    assert page.split(_BEGIN)[1].split(_END)[0] == markdown(CHECKS)


def test_every_field_problem_has_a_row() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", _FIELD.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [int(number) for number, *_ in rows] == list(range(1, 23))
    for _, reports, handling, _ in rows:
        assert "https://github.com/" in reports
        assert re.match(r"(impossible|refused by `check`|warned of by `check`|named by `verify`)", handling)


def test_tests_and_checks_in_the_documentation_exist() -> None:
    page = _FIELD.read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (REPOSITORY / file).exists()
        or f"def {name}(" not in (REPOSITORY / file).read_text(encoding="utf-8")
    ]
    assert missing == []
    assert len(named) >= 22
    assert set(re.findall(r"V-[A-Z]+-\d{3}", page)) <= {check.id for check in CHECKS}
