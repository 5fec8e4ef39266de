"""Values inside sentences, and findings beside changes."""

from __future__ import annotations

import pytest

from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.changes.quoting import lasting, listed, shown, value
from flow_mcp.review.diff.findings import beside
from flow_mcp.review.policy.evaluation import RuleResult
from tests.unit.review.diff.shown import rule_result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("planners", "planners"),
        ("Økonomi", "Økonomi"),
        ("456/production", "456/production"),
        ("456/*", "456/*"),
        ("*", "*"),
        ("https://claude.ai/oauth/*", "https://claude.ai/oauth/*"),
        ("https://id.acme.example/?a=b&c=[1]", '"https://id.acme.example/?a=b&c=[1]"'),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        ("planners gains 1/production.", '"planners gains 1/production."'),
        ("planners.", '"planners."'),
        ('a"b', '"a\\"b"'),
        ("a\nb", '"a\\nb"'),
        ("", '""'),
        ("x" * 101, f'"{"x" * 100}… (101 characters)"'),
    ],
)
def test_a_word_stands_as_it_is_and_anything_else_in_quotes(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_what_is_beyond_ten_is_counted() -> None:
    names = [f"n{number}" for number in range(12)]
    assert listed(names) == "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more"
    assert [listed(names[:number]) for number in (1, 2, 3)] == ["n0", "n0 and n1", "n0, n1 and n2"]


def test_a_value_is_shown_as_it_was_written() -> None:
    told = [value(each) for each in (True, 5, [], ["a", "b c"], [{"claim": "sub"}])]
    assert told == ["true", "5", '"[]"', 'a and "b c"', '"{\\"claim\\": \\"sub\\"}"']


def test_a_duration_has_the_greatest_unit_that_fits() -> None:
    assert [lasting(each) for each in (90, 300, 3_600, 5_400, 86_400, 15_552_000)] == [
        "90s",
        "5m",
        "1h",
        "90m",
        "1d",
        "180d",
    ]


def _change(*path: str) -> Change:
    return Change("declaration-changed", "x", path, Risk.MEDIUM, "x.")


def _at(*path: str | int, urn: str = "") -> RuleResult:
    return rule_result("TEST-001", path=path, urn=urn)


def test_a_finding_stands_once_beside_the_change_that_it_agrees_with_the_longest() -> None:
    changes = [
        _change("clients", "desktop"),
        _change("clients", "desktop", "redirectUris"),
        _change("clients", "desktop", "redirectUris"),
        _change("clients", "portal", "access"),
    ]
    uri, whole, other = _at("clients", "desktop", "redirectUris", 0), _at("clients", "portal"), _at("clients")
    elsewhere, resource = _at("clients", "desk", "access"), _at("clients", "desktop", urn="urn:a")
    assert beside(changes, [uri, whole, other, elsewhere, resource]) == (
        {1: [uri], 3: [whole]},
        [other, elsewhere, resource],
    )
