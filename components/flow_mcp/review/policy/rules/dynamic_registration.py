"""FLOWMCP-045: metadata documents replace dynamic client registration where the server supports them."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_method
from flow_mcp.review.policy.examples import KEYCLOAK, declares
from flow_mcp.review.policy.references import mcp
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Violation

_LIMITS = {"access": ["456/test"], "people": {"groups": ["planners"]}}


def _declares(**methods: object) -> Resource:
    return declares({"keycloak": {**KEYCLOAK["keycloak"], "registration": methods}})


class DynamicRegistration(Rule):
    """Report dynamic client registration where metadata documents are possible.

    The MCP specification deprecates it: anyone can register any number of clients under any name, while a
    metadata document is bound to its publisher's host.
    """

    id = "FLOWMCP-045"
    severity = Severity.LOW
    message = "Clients should identify themselves by metadata documents instead of dynamic registration."
    remedy = (
        "Declare registration.metadataDocuments with the applications, and remove registration.dynamic once "
        "no client needs it. `flow-mcp verify` lists what each known application supports."
    )
    references = (
        mcp("Client ID Metadata Documents"),
        Reference(
            "MCP authorization 2026-07-28: Client registration",
            "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization",
        ),
    )
    good = (_declares(metadataDocuments={"domains": ["claude.ai"], **_LIMITS}),)
    bad = (_declares(dynamic={"redirectHosts": ["claude.ai"], **_LIMITS}),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        if "metadataDocuments" not in declaration.server.registration_methods:
            return
        for path, _ in registration_method(declaration, "dynamic"):
            yield Violation(
                path, "admits clients by dynamic registration, which the MCP specification deprecates"
            )
