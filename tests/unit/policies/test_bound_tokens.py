"""FLOWMCP-043: no client reaches a resource with unbound tokens if others need bound ones."""

from __future__ import annotations

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.bound_tokens import BoundTokens
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = BoundTokens()
BOUND = {"tokens": {"binding": "dpop"}}
PROGRAM = {"grant": "client-credentials", "access": ["456/production"]}


def declared(**more: object) -> Findings:
    clients = {"robot": {**PROGRAM, "access": ["*"], **BOUND}}
    dynamic = {"redirectHosts": ["claude.ai"], "access": ["456/test"], "people": {"groups": ["planners"]}}
    server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": dynamic}}}
    return of_declaration(RULE, server, clients=clients, context=context(RULE), **more)


def violation(resource: str, *path: str) -> Violation:
    text = f"reaches {resource} with unbound tokens, although other clients there need bound ones"
    return Violation(path, text)


def test_each_unbound_way_to_a_resource_with_bound_tokens_is_reported() -> None:
    dynamic = violation("456/test", "authorizationServer", "keycloak", "registration", "dynamic")
    manual = {"legacy": {"clientId": "legacy", "access": ["456/production"]}}
    assert declared() == [dynamic]
    assert declared(manualRegistrations=manual) == [
        violation("456/production", "manualRegistrations", "legacy"),
        dynamic,
    ]
    assert declared(**BOUND) == []
