"""FLOWMCP-016: access lists name what an application needs."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.least_privilege import LeastPrivilege
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = LeastPrivilege()
TWO = {key: {"environments": ["production", "test"]} for key in ("456", "789")}
ONE = {"456": TWO["456"]}
EVERYTHING = "grants every workspace and environment, including those added later"
EVERY_WORKSPACE = "grants access to every workspace of the tenant"


def declared(*access: str, workspaces: dict[str, Any] = TWO, **more: Any) -> Findings:
    agent = {"grant": "client-credentials", "access": list(access)}
    clients = {"agent": agent} if access else {}
    server = more.pop("server", KEYCLOAK)
    return of_declaration(RULE, server, context=context(RULE), clients=clients, workspaces=workspaces, **more)


@pytest.mark.parametrize("access", [["456/production"], ["456/*"], ["456/test", "456/production"]])
def test_a_client_of_one_workspace_is_accepted(access: list[str]) -> None:
    assert declared(*access) == []


def test_all_environments_of_the_only_workspace_are_accepted() -> None:
    assert declared("456/*", workspaces=ONE) == []
    assert declared("456/test", "456/production", workspaces=ONE) == []


@pytest.mark.parametrize("workspaces", [ONE, TWO])
def test_a_star_is_reported_even_in_a_tenant_with_one_workspace(workspaces: dict[str, Any]) -> None:
    assert declared("*", workspaces=workspaces) == [Violation(("clients", "agent", "access"), EVERYTHING)]


@pytest.mark.parametrize("access", [["456/test", "789/test"], ["456/*", "789/production"]])
def test_access_to_every_workspace_of_several_is_reported(access: list[str]) -> None:
    assert declared(*access) == [Violation(("clients", "agent", "access"), EVERY_WORKSPACE)]


def test_registration_methods_are_checked() -> None:
    dynamic = {"redirectHosts": ["claude.ai"], "access": ["*"], "people": {"groups": ["planners"]}}
    server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": dynamic}}}
    path = ("authorizationServer", "keycloak", "registration", "dynamic", "access")
    assert declared(server=server) == [Violation(path, EVERYTHING)]


def test_manual_registrations_for_people_are_checked_and_those_of_programs_left_to_flowmcp_033() -> None:
    def manual(grant: str) -> Findings:
        legacy = {"clientId": "legacy", "grant": grant, "access": ["*"]}
        return declared(manualRegistrations={"legacy": legacy})

    path = ("manualRegistrations", "legacy", "access")
    assert manual("authorization-code") == [Violation(path, EVERYTHING)]
    assert manual("client-credentials") == []
