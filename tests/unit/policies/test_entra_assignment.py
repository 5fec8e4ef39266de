"""FLOWMCP-013: APIs in Entra require assignment."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, ENTRA
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_PRINCIPAL
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.entra_assignment import EntraAssignment
from tests.unit.policies.judging import Findings, context, made, of_declaration, of_outputs

RULE = EntraAssignment()
FLOW_ENTRA = {
    "flowEntra": {"tenantId": "8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55", "verifiedDomains": ["profitbase.biz"]}
}
ADMITS = "admits every account of the Entra tenant, guests included, without assignment"
DESKTOP = {
    "grant": "authorization-code",
    "access": ["456/test"],
    "redirectUris": ["http://127.0.0.1:1/callback"],
}
API = made(ENTRA_APPLICATION, "api", clientId="api", identifierUris=["api://acme/flow-mcp"])
CLIENT = made(ENTRA_APPLICATION, "client", clientId="client", identifierUris=[])


def declared(server: Any, people: Any, **more: Any) -> Findings:
    clients = {"desktop": {**DESKTOP, "people": people}}
    return of_declaration(RULE, server, context=context(RULE), clients=clients, **more)


def principal(client_id: Any, required: Any, *, by_component: bool = False) -> Any:
    values = {"clientId": client_id, "appRoleAssignmentRequired": required}
    return made(ENTRA_PRINCIPAL, "principal", by_component=by_component, **values)


def test_groups_are_accepted() -> None:
    assert declared(ENTRA, {"groups": ["planners"]}) == []


@pytest.mark.parametrize(("server", "instance"), [(ENTRA, {}), ({"flow-entra": {}}, FLOW_ENTRA)])
def test_everyone_is_rejected(server: Any, instance: Any) -> None:
    found = [Violation(("clients", "desktop", "people"), ADMITS)]
    assert declared(server, "everyone", instance=instance) == found


def test_everyone_is_rejected_for_a_preauthorized_application() -> None:
    vscode = {"access": ["456/production"], "people": "everyone"}
    entra = {**ENTRA["entra"], "verifiedDomains": ["profitbase.biz"], "preauthorized": {"vscode": vscode}}
    path = ("authorizationServer", "entra", "preauthorized", "vscode", "people")
    assert declared({"entra": entra}, {"groups": ["planners"]}) == [Violation(path, ADMITS)]


def test_everyone_is_accepted_at_other_servers() -> None:
    assert declared(AUTH0, "everyone") == []


@pytest.mark.parametrize("required", [False, None, "true"])
def test_a_service_principal_of_an_api_must_require_assignment(required: Any) -> None:
    problem = "is not true: people and programs without assignment get tokens for the API"
    of_api = principal("api", required)
    assert of_outputs(RULE, API, CLIENT, of_api, context=context(RULE)) == [
        Violation(("appRoleAssignmentRequired",), problem, of_api.urn)
    ]


def test_a_service_principal_of_a_client_need_not_require_assignment() -> None:
    of_both = (principal("api", True), principal("client", False), principal("elsewhere", False))
    assert of_outputs(RULE, API, CLIENT, *of_both, context=context(RULE)) == []


def test_an_unknown_application_is_reported_as_unknown_outside_the_component_only() -> None:
    unknown = Unknown("clientId")
    assert of_outputs(RULE, API, principal(unknown, False), context=context(RULE)) == [unknown]
    assert of_outputs(RULE, API, principal(unknown, False, by_component=True), context=context(RULE)) == []
    assert of_outputs(RULE, CLIENT, principal(unknown, False), context=context(RULE)) == []
