"""FLOWMCP-033: programs registered by hand have named access."""

from __future__ import annotations

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.manual_access import ManualAccess
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = ManualAccess()


def declared(*access: str, **more: str) -> Findings:
    legacy = {"clientId": "legacy", "access": list(access), **more}
    return of_declaration(RULE, KEYCLOAK, context=context(RULE), manualRegistrations={"legacy": legacy})


def test_a_manual_registration_of_a_program_must_name_its_access() -> None:
    problem = "grants a program every workspace and environment, including those added later"
    refused = [Violation(("manualRegistrations", "legacy", "access"), problem)]
    assert declared("456/production", "456/test") == declared("456/*") == []
    assert declared("*") == declared("456/test", "*") == refused


def test_a_manual_registration_for_people_is_accepted() -> None:
    assert declared("*", grant="authorization-code") == []


def test_a_declared_client_is_ignored() -> None:
    agent = {"grant": "client-credentials", "access": ["*"]}
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE), clients={"agent": agent}) == []
