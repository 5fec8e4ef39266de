"""FLOWMCP-018: each protected resource and manual registration has users."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, ENTRA_TENANT, KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.unused_registration import UnusedRegistration
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = UnusedRegistration()
WITHOUT_CLIENT = "has no client, because no access list grants it"
WITHOUT_PEOPLE = "is for people, but its protected resources admit no people"
PORTAL = {
    "grant": "authorization-code",
    "clientType": "confidential",
    "redirectUris": ["https://portal.acme.example/callback"],
    "people": {"groups": ["planners"]},
}


def declared(server: Any = KEYCLOAK, **more: Any) -> Findings:
    return of_declaration(RULE, server, context=context(RULE), **more)


def agent(*access: str) -> dict[str, Any]:
    return {"agent": {"grant": "client-credentials", "access": list(access)}}


def manual(grant: str, access: str) -> dict[str, Any]:
    return {"legacy": {"clientId": "legacy", "grant": grant, "access": [access]}}


def at(environment: str) -> Violation:
    return Violation(("workspaces", "456", "environments", environment), WITHOUT_CLIENT)


@pytest.mark.parametrize("access", [["*"], ["456/*"], ["456/production", "456/test"]])
def test_a_protected_resource_with_a_client_is_accepted(access: list[str]) -> None:
    assert declared(clients=agent(*access)) == []


def test_a_protected_resource_without_a_client_is_reported() -> None:
    assert declared(clients=agent("456/test")) == [at("production")]
    assert declared(clients=agent("456/production")) == [at("test")]
    assert declared() == [at("production"), at("test")]


def test_manual_registrations_and_registration_methods_count_as_clients() -> None:
    dynamic = {"redirectHosts": ["claude.ai"], "access": ["456/test"], "people": {"groups": ["planners"]}}
    server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": dynamic}}}
    programs = manual("client-credentials", "456/production")
    assert declared(server, manualRegistrations=programs) == []


def test_a_resource_that_waits_for_an_administrator_is_accepted() -> None:
    instance = {"flowEntra": {"tenantId": ENTRA_TENANT, "deployment": "on-premises"}}
    assert declared({"flow-entra": {}}, instance=instance) == []


@pytest.mark.parametrize("server", [KEYCLOAK, AUTH0])
def test_a_manual_registration_for_people_is_reported_if_its_resources_admit_none(server: Any) -> None:
    people = manual("authorization-code", "456/test")
    refused = [Violation(("manualRegistrations", "legacy"), WITHOUT_PEOPLE)]
    assert declared(server, clients=agent("*"), manualRegistrations=people) == refused
    portal = {"portal": {**PORTAL, "access": ["456/test"]}}
    assert declared(server, clients={**agent("*"), **portal}, manualRegistrations=people) == []


def test_a_manual_registration_for_programs_needs_no_people() -> None:
    programs = manual("client-credentials", "456/test")
    assert declared(clients=agent("*"), manualRegistrations=programs) == []
