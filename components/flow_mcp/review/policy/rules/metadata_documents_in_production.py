"""FLOWMCP-040: clients by metadata document do not reach production."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_method
from flow_mcp.review.policy.declarations.production import ProductionSettings
from flow_mcp.review.policy.examples import KEYCLOAK, declares
from flow_mcp.review.policy.references import mcp
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Violation


def _declares(access: str) -> Resource:
    documents = {"domains": ["claude.ai"], "access": [access], "people": {"groups": ["planners"]}}
    return declares({"keycloak": {**KEYCLOAK["keycloak"], "registration": {"metadataDocuments": documents}}})


class MetadataDocumentsInProduction(Rule):
    """Report access to production for clients by metadata document.

    The documents' publisher can change a client, or add another one, without a review.
    """

    id = "FLOWMCP-040"
    severity = Severity.LOW
    message = "Clients by metadata document should not have access to production."
    remedy = "Declare the clients that production needs, or accept the publisher's clients with a waiver."
    references = (
        mcp("Client ID Metadata Documents"),
        mcp("Localhost Redirect URI Risks"),
    )
    settings = ProductionSettings
    good = (_declares("456/test"),)
    bad = (_declares("456/production"),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        settings = context.settings_of(ProductionSettings)
        for path, documents in registration_method(declaration, "metadataDocuments"):
            if settings.reached(declaration, documents.access):
                yield Violation(
                    (*path, "access"),
                    "grants access to production to clients that their publisher can change without a review",
                )
