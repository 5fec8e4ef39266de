"""No property value makes a rule raise or repeat the value, and an unknown value is not a violation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Resource, Rule, Unknown, Violation
from flow_mcp.review.policy.rules import RULES
from tests.unit.policies.judging import Findings, context

MARKER = "a-value-that-could-be-secret"
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    float("nan"),
    float("inf"),
    10**400,
    "",
    " ",
    "\x00\u202e",
    "https://[",
    "9999-12-31T23:59:59-23:59",
    "x" * 10_000,
    [],
    [None],
    [[[]]],
    {},
    {"": {"": []}},
    [{"type": ["User"]}],
)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def replaced(value: Any, by: Any) -> Iterator[Any]:
    """Yield copies of a value in which one part is replaced, the whole value first."""
    yield by
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for replacement in replaced(part, by):
            whole: Any = dict(value) if isinstance(value, dict) else list(value)
            whole[key] = replacement
            yield whole


def variants(rule: Rule, by: Any, *, of_good: bool = True) -> Iterator[Resource]:
    """Yield the rule's examples with one part replaced, as inputs and as outputs."""
    for example in (*rule.good, *(() if of_good else rule.bad)):
        for key, part in example.values.items():
            for replacement in replaced(part, by):
                values = {**example.values, key: replacement}
                yield Resource(example.type, inputs=values, urn=example.urn)
                yield Resource(example.type, outputs=values, urn=example.urn)


def findings(rule: Rule, resource: Resource) -> Findings:
    rule_context = context(rule)
    return [*rule.in_resource(resource, rule_context), *rule.in_stack([resource, resource], rule_context)]


@each_rule
def test_no_value_makes_a_rule_raise(rule: Rule) -> None:
    found = [
        finding
        for value in HOSTILE
        for resource in variants(rule, value, of_good=False)
        for finding in findings(rule, resource)
    ]
    assert all(isinstance(finding, Violation | Unknown) for finding in found)


@each_rule
def test_a_rule_repeats_no_value(rule: Rule) -> None:
    for resource in variants(rule, MARKER, of_good=False):
        for finding in findings(rule, resource):
            assert isinstance(finding, Violation)
            assert MARKER not in finding.problem


@each_rule
def test_an_unknown_value_is_never_a_violation(rule: Rule) -> None:
    unknown = Unknown("there")
    found = {type(finding) for resource in variants(rule, unknown) for finding in findings(rule, resource)}
    assert found <= {Unknown}


@each_rule
def test_a_rule_ignores_resources_of_other_types(rule: Rule) -> None:
    if not any(example.type == SETTINGS for example in (*rule.good, *rule.bad)) or rule.judges("in_resource"):
        return
    assert findings(rule, Resource("random:index/randomPassword:RandomPassword", inputs={"length": 8})) == []
