"""The rules as Pulumi policies, without an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pulumi_policy import (
    Policy,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policies.rules.pulumi_policies import RuleError, policies
from policies.rules.rule import Reference, Resource, Rule, Severity, Unknown, Violation

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
MARKER = "a-value-that-could-be-secret"


class Fake(Rule):
    """Refuses what is called wrong; raises at what is called raise."""

    id = "FLOWMCP-999"
    severity = Severity.LOW
    message = "Nothing may be wrong."
    remedy = "Make it right."
    references = (Reference("A page", "https://example.com"),)
    good = ()
    bad = ()

    def __init__(self) -> None:
        self.seen: list[Resource] = []

    def validate(self, resource: Resource) -> Iterator[Violation | Unknown]:
        self.seen.append(resource)
        for name, value in {**resource.inputs, **resource.outputs}.items():
            if isinstance(value, Unknown):
                yield value
            elif name == "wrong":
                yield Violation(name, "is wrong")
            elif name == "raise":
                raise KeyError(value)


def pair(rule: Rule) -> tuple[ResourceValidationPolicy, StackValidationPolicy]:
    on_inputs, on_outputs = policies([rule])
    assert isinstance(on_inputs, ResourceValidationPolicy)
    assert isinstance(on_outputs, StackValidationPolicy)
    return on_inputs, on_outputs


class Reports:
    """What policies report: text and URN."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str | None]] = []

    def __call__(self, message: str, urn: str | None = None) -> None:
        self.made.append((message, urn))


def validate_inputs(rule: Rule, inputs: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    reports = Reports()
    props = unknown_checking_proxy(dict(inputs))
    pair(rule)[0].validate(ResourceValidationArgs("a:b:C", props, "urn:c", "c", OPTIONS, None), reports)
    return reports.made


def validate_outputs(rule: Rule, reports: Reports, *outputs: Mapping[str, Any]) -> None:
    resources = [
        PolicyResource(
            "a:b:C", unknown_checking_proxy(dict(each)), f"urn:{index}", "c", OPTIONS, None, None, [], {}
        )
        for index, each in enumerate(outputs)
    ]
    pair(rule)[1].validate(StackValidationArgs(resources), reports)


def test_a_rule_becomes_a_policy_on_inputs_and_one_on_outputs() -> None:
    def described(policy: Policy) -> tuple[Any, ...]:
        severity = policy.severity.value if policy.severity else None
        return (policy.name, policy.description, severity, policy.remediation_steps, policy.url)

    rest = ("Nothing may be wrong.", "low", "Make it right.", "https://example.com")
    assert [described(policy) for policy in policies([Fake()])] == [
        ("FLOWMCP-999", *rest),
        ("FLOWMCP-999-outputs", *rest),
    ]


def test_a_policy_leaves_its_enforcement_level_to_the_pack() -> None:
    assert [policy.enforcement_level for policy in policies([Fake()])] == [None, None]


def test_a_rule_sees_plain_values() -> None:
    rule = Fake()
    inputs = {"a": {"b": [1.0, {"c": UNKNOWN_STRING_VALUE}, None]}, "d": "text"}

    assert validate_inputs(rule, inputs) == []
    assert rule.seen == [
        Resource("a:b:C", inputs={"a": {"b": [1.0, {"c": Unknown("a.b[1].c")}, None]}, "d": "text"})
    ]


def test_a_violation_is_reported_with_path_and_remedy() -> None:
    assert validate_inputs(Fake(), {"wrong": MARKER}) == [("wrong is wrong. Make it right.", "urn:c")]


def test_outputs_are_judged_one_resource_after_the_other() -> None:
    rule, reports = Fake(), Reports()

    validate_outputs(rule, reports, {"wrong": 1}, {"fine": 2}, {"wrong": 3})

    assert reports.made == [
        ("wrong is wrong. Make it right.", "urn:0"),
        ("wrong is wrong. Make it right.", "urn:2"),
    ]
    assert rule.seen[1] == Resource("a:b:C", outputs={"fine": 2})


def test_an_unknown_value_is_told_to_pulumi_after_all_violations_are_reported() -> None:
    reports = Reports()
    with pytest.raises(UnknownValueError) as caught:
        validate_outputs(Fake(), reports, {"first": UNKNOWN_STRING_VALUE}, {"wrong": 1})

    assert caught.value.message == "string value at .first can't be known during preview"
    assert reports.made == [("wrong is wrong. Make it right.", "urn:1")]


def test_a_rule_that_raises_ends_the_run_and_tells_no_value() -> None:
    with pytest.raises(RuleError) as caught:
        validate_inputs(Fake(), {"raise": MARKER})

    assert str(caught.value) == "rule FLOWMCP-999 failed on urn:c: KeyError"
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


def test_a_broken_rule_is_not_rescued_by_an_unknown_value() -> None:
    with pytest.raises(RuleError):
        validate_outputs(Fake(), Reports(), {"first": UNKNOWN_STRING_VALUE}, {"raise": MARKER})
