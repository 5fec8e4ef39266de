"""The rules as Pulumi policies, evaluated without an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
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

from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.pulumi_policies import RuleError, initial, policies
from flow_mcp.review.policy.rule import (
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Unknown,
    Violation,
)

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
MARKER = "a-value-that-could-be-secret"


class Fake(Rule):
    """Reports properties named `wrong`, and raises on properties named `raise`."""

    id = "FLOWMCP-999"
    severity = Severity.LOW
    message = "Nothing may be wrong."
    remedy = "Make it right."
    references = (Reference("A page", "https://example.com"),)
    good = ()
    bad = ()

    def __init__(self) -> None:
        self.seen: list[Resource] = []

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        self.seen.append(resource)
        self.settings_seen = context.settings
        for name, value in {**resource.inputs, **resource.outputs}.items():
            if isinstance(value, Unknown):
                yield value
            elif name == "wrong":
                yield Violation((name,), "is wrong")
            elif name == "raise":
                raise KeyError(value)


def pair(rule: Rule) -> tuple[ResourceValidationPolicy, StackValidationPolicy]:
    on_inputs, on_outputs = policies([rule])
    assert isinstance(on_inputs, ResourceValidationPolicy)
    assert isinstance(on_outputs, StackValidationPolicy)
    return on_inputs, on_outputs


class Reports:
    """Records the text and URN of every violation that a policy reports."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str | None]] = []

    def __call__(self, message: str, urn: str | None = None) -> None:
        self.made.append((message, urn))


def validate_inputs(rule: Rule, inputs: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    reports = Reports()
    props = unknown_checking_proxy(dict(inputs))
    pair(rule)[0].validate(ResourceValidationArgs("a:b:C", props, "urn:c", "c", OPTIONS, None), reports)
    return reports.made


def resource_of(outputs: Mapping[str, Any], urn: str) -> PolicyResource:
    return PolicyResource(
        "a:b:C", unknown_checking_proxy(dict(outputs)), urn, "c", OPTIONS, None, None, [], {}
    )


def validate_outputs(rule: Rule, reports: Reports, *outputs: Mapping[str, Any]) -> None:
    resources = [resource_of(each, f"urn:{index}") for index, each in enumerate(outputs)]
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


def test_a_rule_is_advisory_if_its_severity_is_low_and_mandatory_otherwise() -> None:
    class Severe(Fake):
        severity = Severity.HIGH

    levels = [policy.enforcement_level for policy in policies([Fake(), Severe()])]
    assert levels == [EnforcementLevel.ADVISORY] * 2 + [EnforcementLevel.MANDATORY] * 2


def test_a_configured_level_holds_for_both_policies_of_a_rule() -> None:
    content = {"all": "mandatory", "FLOWMCP-999": {"enforcementLevel": "disabled", "waivableBy": ["ciso"]}}
    disabled = EnforcementLevel.DISABLED
    assert initial(content) == {
        "all": EnforcementLevel.MANDATORY,
        "FLOWMCP-999": {"enforcementLevel": disabled, "waivableBy": ["ciso"]},
        "FLOWMCP-999-outputs": {"enforcementLevel": disabled},
    }
    assert initial({"FLOWMCP-999": "advisory", "FLOWMCP-999-outputs": "mandatory"}) == {
        "FLOWMCP-999": EnforcementLevel.ADVISORY,
        "FLOWMCP-999-outputs": EnforcementLevel.MANDATORY,
    }


def test_a_rule_sees_plain_values() -> None:
    rule = Fake()
    inputs = {"a": {"b": [1.0, {"c": UNKNOWN_STRING_VALUE}, None]}, "d": "text"}

    assert validate_inputs(rule, inputs) == []
    assert rule.seen == [
        Resource(
            "a:b:C",
            inputs={"a": {"b": [1.0, {"c": Unknown("a.b[1].c")}, None]}, "d": "text"},
            urn="urn:c",
        )
    ]


def test_a_violation_is_reported_with_path_and_remedy() -> None:
    assert validate_inputs(Fake(), {"wrong": MARKER}) == [("wrong is wrong. Make it right.", "urn:c")]


def test_the_outputs_of_every_resource_are_evaluated() -> None:
    rule, reports = Fake(), Reports()

    validate_outputs(rule, reports, {"wrong": 1}, {"fine": 2}, {"wrong": 3})

    assert reports.made == [
        ("wrong is wrong. Make it right.", "urn:0"),
        ("wrong is wrong. Make it right.", "urn:2"),
    ]
    assert rule.seen[1] == Resource("a:b:C", outputs={"fine": 2}, urn="urn:1")


def test_an_unknown_value_is_raised_after_all_violations_are_reported() -> None:
    reports = Reports()
    with pytest.raises(UnknownValueError) as caught:
        validate_outputs(Fake(), reports, {"first": UNKNOWN_STRING_VALUE}, {"wrong": 1})

    assert caught.value.message == "string value at .first can't be known during preview"
    assert reports.made == [("wrong is wrong. Make it right.", "urn:1")]


def test_a_rule_that_raises_ends_the_run_without_revealing_a_value() -> None:
    with pytest.raises(RuleError) as caught:
        validate_inputs(Fake(), {"raise": MARKER})

    assert str(caught.value) == "rule FLOWMCP-999 failed on urn:c: KeyError"
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


def test_a_rule_gets_its_configuration_on_inputs_and_on_outputs() -> None:
    rule = Fake()
    on_inputs, on_outputs = pair(rule)
    configured = RuleSettings(waivable_by=("ciso",))
    given = {"waivableBy": ["ciso"]}

    on_inputs.validate(ResourceValidationArgs("a:b:C", {}, "urn:c", "c", OPTIONS, None, given), Reports())
    assert rule.settings_seen == configured
    on_outputs.validate(StackValidationArgs([resource_of({}, "urn:c")]), Reports())
    assert rule.settings_seen == configured


COMPONENT = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings::acme"
INSIDE = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings$a:b:C::acme-c"
OUTSIDE = "urn:pulumi:acme::flow-mcp::a:b:C::acme-c"
WAIVED = declares(waivers={"FLOWMCP-999": {"reason": "Moves", "acceptedBy": "ciso", "expires": "2026-12-31"}})


@pytest.mark.parametrize(
    ("urn", "who_may", "day", "components", "waived"),
    [
        (INSIDE, ["ciso"], "2026-12-31", 1, True),
        (INSIDE, ["ciso"], "2027-01-01", 1, False),
        (INSIDE, ["cto"], "2026-12-31", 1, False),
        (INSIDE, [], "2026-12-31", 1, False),
        (OUTSIDE, ["ciso"], "2026-12-31", 1, False),
        (INSIDE, ["ciso"], "2026-12-31", 2, False),
    ],
    ids=["permitted", "expired", "by-another", "by-nobody", "outside-the-component", "of-two-tenants"],
)
def test_a_waiver_applies_within_its_component_while_it_is_permitted(
    monkeypatch: pytest.MonkeyPatch, urn: str, who_may: list[str], day: str, components: int, waived: bool
) -> None:
    monkeypatch.setenv("FLOW_MCP_AS_OF", day)
    reports = Reports()
    on_inputs, on_outputs = pair(Fake())
    config = {"waivableBy": who_may}
    for index in range(components):
        declaration = unknown_checking_proxy(dict(WAIVED.inputs))
        component = f"{COMPONENT}{index or ''}"
        args = ResourceValidationArgs(WAIVED.type, declaration, component, "acme", OPTIONS, None, config)
        on_inputs.validate(args, reports)
    on_inputs.validate(
        ResourceValidationArgs("a:b:C", {"wrong": 1}, urn, "c", OPTIONS, None, config), reports
    )
    on_outputs.validate(StackValidationArgs([resource_of({"wrong": 1}, urn)]), reports)

    assert reports.made == ([] if waived else [("wrong is wrong. Make it right.", urn)] * 2)


def test_a_rule_that_raises_ends_the_run_even_if_a_value_is_unknown() -> None:
    with pytest.raises(RuleError):
        validate_outputs(Fake(), Reports(), {"first": UNKNOWN_STRING_VALUE}, {"raise": MARKER})
