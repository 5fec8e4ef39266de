"""All rules on recorded states of real plugins: only the declarations have findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from flow_mcp.declaration.findings import dotted
from flow_mcp.engine.project import Project
from flow_mcp.review.policy.configuration import Configured
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Unknown, Violation
from flow_mcp.review.preview import preview
from tests.conftest import REPOSITORY
from tests.recorded import STATES, resources
from tests.standin.sdk import Sdk

AS_OF = date(2026, 11, 25)
PACK = Pack.load(Project(REPOSITORY).policies)

RuleFinding = tuple[str, str, Violation | Unknown]
"""A rule's ID, the URN of the resource, and the finding."""

DECLARED = {
    "acme.keycloak-6.14.1": {
        ("FLOWMCP-016", "clients.desktop.access"),
        ("FLOWMCP-026", "authorizationServer.keycloak.realm.deletable"),
        ("FLOWMCP-034", "clients.nightly-agent"),
        ("FLOWMCP-034", "clients.test-agent"),
        ("FLOWMCP-045", "authorizationServer.keycloak.registration.dynamic"),
    },
    "contoso.azuread-6.11.1": {
        ("FLOWMCP-016", "clients.desktop.access"),
        ("FLOWMCP-021", "authorizationServer.entra.owners"),
        ("FLOWMCP-034", "clients.importer2"),
        ("FLOWMCP-034", "clients.portal"),
    },
    "fabrikam.azuread-6.11.1": {
        ("FLOWMCP-016", "clients.nightly-agent.access"),
        ("FLOWMCP-021", "instance.flowEntra.owners"),
        ("FLOWMCP-034", "clients.nightly-agent"),
    },
    "initech.auth0-3.55.1": {
        ("FLOWMCP-016", "clients.desktop.access"),
        ("FLOWMCP-022", "authorizationServer.auth0.tenantSettings.manage"),
        ("FLOWMCP-034", "clients.portal"),
        ("FLOWMCP-034", "clients.test-agent"),
        ("FLOWMCP-038", "authorizationServer.auth0.registration.dynamic"),
        ("FLOWMCP-045", "authorizationServer.auth0.registration.dynamic"),
    },
}
"""The findings on each state's declaration: rule and path."""


@pytest.fixture(scope="module")
def properties() -> dict[str, frozenset[str]]:
    """The names of all output properties, by resource type."""
    return {
        token: frozenset(resource.outputs)
        for package in ("azuread", "auth0", "keycloak")
        for token, resource in Sdk.of(package).resources.items()
    }


def context(rule: Rule) -> Context:
    configured: Configured = PACK.configured[rule.id]
    return Context(AS_OF, configured.settings, PACK.waivable_by)


def findings(before: list[Resource], after: list[Resource]) -> Iterator[RuleFinding]:
    """Yield the findings of all rules on inputs, on outputs and on the whole stack."""
    for rule in PACK.rules:
        rule_context = context(rule)
        for resource in (*before, *after):
            for finding in rule.in_resource(resource, rule_context):
                yield rule.id, resource.urn, finding
        for finding in rule.in_stack(after, rule_context):
            yield rule.id, "", finding


def stack(recorded: list[dict[str, Any]]) -> tuple[list[Resource], list[Resource]]:
    """Return the resources with inputs, and those with outputs, as Pulumi passes them to the pack."""
    return (
        [Resource(each["type"], inputs=each.get("inputs") or {}, urn=each["urn"]) for each in recorded],
        [
            Resource(each["type"], {}, each.get("outputs") or {}, each["urn"], each.get("parent", ""))
            for each in recorded
        ],
    )


def component(recorded: list[dict[str, Any]]) -> dict[str, Any]:
    (inputs,) = (each["inputs"] for each in recorded if each["type"] == SETTINGS)
    return dict(inputs)


@pytest.mark.parametrize("state", STATES)
def test_no_rule_reports_a_resource_of_a_recorded_state(state: str) -> None:
    assert list(findings(*stack(resources(state)))) == []


@pytest.mark.parametrize("state", STATES)
def test_the_declaration_in_a_recorded_state_has_the_findings_of_its_file(state: str) -> None:
    judged = evaluate(PACK, declared(component(resources(state))), AS_OF)

    assert {(each.rule_id, dotted(each.path)) for each in judged} == DECLARED[state]
    assert not any(each.blocks for each in judged)


@pytest.mark.parametrize("state", STATES)
def test_null_in_place_of_every_property_that_is_not_set_changes_no_finding(
    state: str, properties: dict[str, frozenset[str]]
) -> None:
    nulled = [
        {
            **each,
            "inputs": dict.fromkeys(properties.get(each["type"], ())) | (each.get("inputs") or {}),
            "outputs": dict.fromkeys(properties.get(each["type"], ())) | (each.get("outputs") or {}),
        }
        for each in resources(state)
    ]

    assert list(findings(*stack(nulled))) == []


def test_null_beside_the_properties_of_an_example_changes_no_finding(
    properties: dict[str, frozenset[str]],
) -> None:
    for rule in PACK.rules:
        for example in (*rule.good, *rule.bad):
            names = properties.get(example.type, frozenset())
            nulled = Resource(
                example.type,
                _with_nulls(example.inputs, names) if example.inputs else {},
                _with_nulls(example.outputs, names) if example.outputs else {},
                example.urn,
                example.parent,
            )

            assert list(rule.in_resource(nulled, context(rule))) == list(
                rule.in_resource(example, context(rule))
            )
            assert list(rule.in_stack([nulled], context(rule))) == list(
                rule.in_stack([example], context(rule))
            )


@pytest.mark.parametrize("state", STATES)
def test_null_in_the_component_does_not_change_the_declaration_of_a_preview(state: str) -> None:
    inputs = component(resources(state))
    event = {"op": "same", "type": SETTINGS, "urn": "urn:settings", "new": {"inputs": _with_nulls(inputs)}}
    plain = {**event, "new": {"inputs": inputs}}

    (before, after), (_, expected) = (
        preview.declarations([{"resourcePreEvent": {"metadata": each}}], "acme") for each in (event, plain)
    )

    assert (before, after) == (None, expected)


def _with_nulls(value: Any, names: frozenset[str] = frozenset()) -> Any:
    """The value with `null` for the names in it, and for a property that no type has at every depth."""
    if isinstance(value, dict):
        nulls = dict.fromkeys((*sorted(names), "notSet"))
        return {**nulls, **{key: _with_nulls(below) for key, below in value.items()}}
    return [_with_nulls(below) for below in value] if isinstance(value, list) else value
