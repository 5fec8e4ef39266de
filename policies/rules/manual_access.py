"""FLOWMCP-033: what somebody else registered reaches what is named."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import mcp, oauth_2_1, rfc
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Violation
from flow_mcp.settings import Grant


def _declares(access: str) -> Resource:
    return declares(manualRegistrations={"legacy-crm": {"clientId": "legacy-crm", "access": [access]}})


class ManualAccess(Rule):
    """How such a program keeps its credential is not declared, and no person comes between it and data."""

    id = "FLOWMCP-033"
    severity = Severity.MEDIUM
    message = "A manual registration for client credentials must name what it reaches, not `*`."
    remedy = "List the workspaces and environments that the application works with."
    references = (
        rfc(9700, "2.3"),
        oauth_2_1("4.2", "Client Credentials Grant"),
        mcp("Preregistration"),
    )
    good = (_declares("456/*"),)
    bad = (_declares("*"),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        for name, manual in declaration.tenant.manual_registrations.items():
            if manual.grant is Grant.CLIENT_CREDENTIALS and "*" in manual.access:
                path = ("manualRegistrations", name, "access")
                yield Violation(
                    path, "gives a program that nobody here set up everything, later resources too"
                )
