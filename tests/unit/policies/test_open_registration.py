"""FLOWMCP-014: open client registration does not reach production and lists redirect hosts."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK, SCALEKIT
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.open_registration import OpenRegistration
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = OpenRegistration()
REGISTRATION = "flow-mcp:index:KeycloakClientRegistration"
IN_PRODUCTION = "grants access to production to clients that anyone can register"
WITHOUT_HOSTS = "lists no hosts, so clients that anyone can register redirect people anywhere"


def declared(
    *access: str, environments: tuple[str, ...] = ("production", "test"), **configured: Any
) -> Findings:
    dynamic = {"redirectHosts": ["claude.ai"], "access": list(access), "people": {"groups": ["planners"]}}
    server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": dynamic}}}
    workspaces = {"456": {"environments": list(environments)}}
    return of_declaration(RULE, server, context=context(RULE, **configured), workspaces=workspaces)


def refused(kind: str = "keycloak") -> Findings:
    return [Violation(("authorizationServer", kind, "registration", "dynamic", "access"), IN_PRODUCTION)]


def test_registration_is_accepted_for_test_and_rejected_for_production() -> None:
    assert declared("456/test") == []
    assert declared("456/production") == refused()
    assert declared("456/*") == declared("*") == refused()


@pytest.mark.parametrize(
    "environment", ["production", "Production", "production-eu", "prod", "prod-2", "live"]
)
def test_environments_with_a_name_of_production_are_production(environment: str) -> None:
    assert declared("*", environments=(environment,)) == refused()


@pytest.mark.parametrize("environment", ["test", "preproduction", "product", "nonprod", "live-demo", "p"])
def test_environments_with_other_names_are_not_production(environment: str) -> None:
    assert declared("*", environments=(environment,)) == []


def test_the_production_environments_are_configurable() -> None:
    assert declared("456/production", production=["eu-*"]) == []
    assert declared("*", environments=("eu-1", "test"), production=["eu-*"]) == refused()
    assert declared("*", production=[]) == []


@pytest.mark.parametrize(("server", "people"), [(AUTH0, {"groups": ["planners"]}), (SCALEKIT, "everyone")])
def test_registration_for_production_is_rejected_at_every_authorization_server(
    server: dict[str, Any], people: Any
) -> None:
    ((kind, own),) = server.items()
    registration = {"dynamic": {"access": ["*"], "people": people}}
    found = of_declaration(
        RULE,
        {kind: {**own, "registration": registration}},
        context=context(RULE),
        workspaces={"456": {"environments": ["production"]}},
    )
    assert found == refused(kind)


def test_a_tenant_without_registration_is_accepted() -> None:
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE)) == []


@pytest.mark.parametrize("hosts", [[], None, "claude.ai", {}, 7])
def test_an_open_realm_must_list_redirect_hosts(hosts: Any) -> None:
    refused = [Violation(("redirectHosts",), WITHOUT_HOSTS)]
    assert findings_of(RULE, REGISTRATION, {"open": True, "redirectHosts": hosts}) == refused
    assert findings_of(RULE, REGISTRATION, {"open": False, "redirectHosts": hosts}) == []
    assert findings_of(RULE, REGISTRATION, {"open": True, "redirectHosts": ["claude.ai"]}) == []


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, REGISTRATION, {"open": Unknown("there")}) == [Unknown("there")]
    assert findings_of(RULE, REGISTRATION, {"open": True, "redirectHosts": Unknown("hosts")}) == [
        Unknown("hosts")
    ]


def test_deviations_of_a_realm_from_the_declaration_are_rejected() -> None:
    missing = ["the policy Consent Required is missing"]
    assert findings_of(RULE, REGISTRATION, {"open": False, "deviations": []}) == []
    assert findings_of(RULE, REGISTRATION, {"open": False, "deviations": missing}) == [
        Violation(
            ("deviations", 0), "reports that client registration in the realm differs from the declaration"
        )
    ]
