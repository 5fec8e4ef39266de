"""Quoting of values in sentences, and the assignment of findings to changes."""

from __future__ import annotations

import pytest

from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.changes.quoting import duration, quoted, quoted_list, quoted_value
from flow_mcp.review.diff.findings import findings_by_change
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
def test_a_plain_word_is_unchanged_and_other_texts_are_quoted(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_values_beyond_ten_are_counted() -> None:
    names = [f"n{number}" for number in range(12)]
    assert quoted_list(names) == "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 2 more"
    assert [quoted_list(names[:number]) for number in (1, 2, 3)] == ["n0", "n0 and n1", "n0, n1 and n2"]


def test_a_value_is_quoted_as_json() -> None:
    texts = [quoted_value(value) for value in (True, 5, [], ["a", "b c"], [{"claim": "sub"}])]
    assert texts == ["true", "5", '"[]"', 'a and "b c"', '"{\\"claim\\": \\"sub\\"}"']


def test_a_duration_has_the_largest_possible_unit() -> None:
    assert [duration(seconds) for seconds in (90, 300, 3_600, 5_400, 86_400, 15_552_000)] == [
        "90s",
        "5m",
        "1h",
        "90m",
        "1d",
        "180d",
    ]


def _change(*path: str) -> Change:
    return Change("declaration-changed", "x", path, Risk.MEDIUM, "x.")


def _finding(*path: str | int, urn: str = "") -> RuleResult:
    return rule_result("TEST-001", path=path, urn=urn)


def test_a_finding_belongs_to_the_change_with_the_longest_common_path() -> None:
    changes = [
        _change("clients", "desktop"),
        _change("clients", "desktop", "redirectUris"),
        _change("clients", "desktop", "redirectUris"),
        _change("clients", "portal", "access"),
    ]
    uri, client, part = (
        _finding("clients", "desktop", "redirectUris", 0),
        _finding("clients", "portal"),
        _finding("clients"),
    )
    unrelated, resource = _finding("clients", "desk", "access"), _finding("clients", "desktop", urn="urn:a")
    assert findings_by_change(changes, [uri, client, part, unrelated, resource]) == (
        {1: [uri], 3: [client]},
        [part, unrelated, resource],
    )
