"""FLOWMCP-040: production is for clients that a declaration names."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from policies.rules.documents_in_production import DocumentsInProduction
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = DocumentsInProduction()


def declared(*access: str, **configured: Any) -> Findings:
    documents = {"domains": ["claude.ai"], "access": list(access), "people": {"groups": ["planners"]}}
    server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": {"metadataDocuments": documents}}}
    return of_declaration(RULE, server, context=context(RULE, **configured))


def test_clients_by_metadata_document_are_for_test() -> None:
    path = ("authorizationServer", "keycloak", "registration", "metadataDocuments", "access")
    refused = [Violation(path, "lets clients of somebody else's documents reach production")]
    assert declared("456/test") == []
    assert declared("456/production") == declared("*") == refused
    assert declared("*", production=[]) == []
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE)) == []
