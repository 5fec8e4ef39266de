"""FLOWMCP-045: metadata documents replace dynamic client registration where the server supports them."""

from __future__ import annotations

from flow_mcp.review.policy.examples import AUTH0, ENTRA, KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.dynamic_registration import DynamicRegistration
from tests.unit.policies.judging import context, of_declaration

RULE = DynamicRegistration()


def test_dynamic_registration_is_reported_for_each_server_with_metadata_documents() -> None:
    dynamic = {"access": ["456/test"]}
    people = {"redirectHosts": ["claude.ai"], "people": {"groups": ["planners"]}}
    for server, method in ((KEYCLOAK, {**dynamic, **people}), (AUTH0, dynamic)):
        ((kind, settings),) = server.items()
        declared = {kind: {**settings, "registration": {"dynamic": method}}}
        assert of_declaration(RULE, declared, context=context(RULE)) == [
            Violation(
                ("authorizationServer", kind, "registration", "dynamic"),
                "admits clients by dynamic registration, which the MCP specification deprecates",
            )
        ]


def test_other_registration_is_not_reported() -> None:
    for server in (KEYCLOAK, ENTRA):
        assert of_declaration(RULE, server, context=context(RULE)) == []
