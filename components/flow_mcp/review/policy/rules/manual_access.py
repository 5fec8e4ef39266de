"""FLOWMCP-033: programs registered by hand have named access."""

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
    """Reject access to everything for programs that are registered by hand.

    The declaration does not control how they keep their credentials, and no person signs in.
    """

    id = "FLOWMCP-033"
    severity = Severity.MEDIUM
    message = "A manual registration for client credentials must name what it can access, not `*`."
    remedy = "List the workspaces and environments that the application needs."
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
                    path, "grants a program every workspace and environment, including those added later"
                )
