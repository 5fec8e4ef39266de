"""FLOWMCP-017: access to production is limited to groups of people."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.everyone_in_production import EveryoneInProduction
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = EveryoneInProduction()
PROBLEM = "lets every user of the authorization server reach production"


def declared(people: Any, *access: str, **configured: Any) -> Findings:
    portal = {"grant": "authorization-code", "redirectUris": ["https://portal.acme.example/callback"]}
    clients = {"portal": {**portal, "people": people, "access": list(access)}}
    return of_declaration(RULE, KEYCLOAK, context=context(RULE, **configured), clients=clients)


def test_everyone_is_accepted_in_test_and_rejected_in_production() -> None:
    refused = [Violation(("clients", "portal", "people"), PROBLEM)]
    assert declared("everyone", "456/test") == []
    assert declared({"groups": ["planners"]}, "*") == []
    assert declared("none", "*") == []
    assert declared("everyone", "456/production") == refused
    assert declared({"everyone": True}, "*") == refused


def test_the_production_environments_are_configurable() -> None:
    assert declared("everyone", "456/production", production=[]) == []
    assert declared("everyone", "456/test", production=["test"]) == [
        Violation(("clients", "portal", "people"), PROBLEM)
    ]


def test_registration_methods_that_list_people_are_checked() -> None:
    def registered(access: str = "456/production", **people: Any) -> Findings:
        documents = {"domains": ["claude.ai"], "access": [access], **people}
        registration = {"metadataDocuments": documents}
        server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": registration}}
        return of_declaration(RULE, server, context=context(RULE))

    path = ("authorizationServer", "keycloak", "registration", "metadataDocuments", "people")
    assert registered(people="everyone") == [Violation(path, PROBLEM)]
    assert registered(people={"groups": ["planners"]}) == []
    assert registered() == []
    assert registered("456/test", people="everyone") == []
