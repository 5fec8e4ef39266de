"""FLOWMCP-040: clients by metadata document do not reach production."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.metadata_documents_in_production import MetadataDocumentsInProduction
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = MetadataDocumentsInProduction()


def declared(*access: str, **configured: Any) -> Findings:
    documents = {"domains": ["claude.ai"], "access": list(access), "people": {"groups": ["planners"]}}
    server = {"keycloak": {**KEYCLOAK["keycloak"], "registration": {"metadataDocuments": documents}}}
    return of_declaration(RULE, server, context=context(RULE, **configured))


def test_clients_by_metadata_document_may_access_test_but_not_production() -> None:
    path = ("authorizationServer", "keycloak", "registration", "metadataDocuments", "access")
    refused = [
        Violation(
            path, "grants access to production to clients that their publisher can change without a review"
        )
    ]
    assert declared("456/test") == []
    assert declared("456/production") == declared("*") == refused
    assert declared("*", production=[]) == []
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE)) == []
