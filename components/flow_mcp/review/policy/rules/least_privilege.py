"""FLOWMCP-016: access lists name what an application needs."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.declarations.access_lists import access_lists
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import mcp, oauth_2_1, rfc
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Violation
from flow_mcp.settings import Grant


def _declares(*access: str) -> Resource:
    agent = {"grant": "client-credentials", "access": list(access)}
    workspaces = {key: {"environments": ["production", "test"]} for key in ("456", "789")}
    return declares(workspaces=workspaces, clients={"agent": agent})


class LeastPrivilege(Rule):
    """Report access lists that grant everything.

    A stolen credential gives an attacker all the access of its client.
    """

    id = "FLOWMCP-016"
    severity = Severity.LOW
    message = (
        "An access list should name environments, not grant `*` or all workspaces of a tenant with several."
    )
    remedy = "List the workspaces and environments that the application needs."
    references = (
        rfc(9700, "2.3"),
        oauth_2_1("7.1.4", "Access Token Privilege Restriction"),
        mcp("Access Token Privilege Restriction"),
    )
    good = (_declares("456/production", "456/test"), _declares("456/*"))
    bad = (_declares("*"), _declares("456/test", "789/test"))

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        workspaces = declaration.tenant.workspaces
        for path, access in access_lists(declaration):
            if "*" in access and not _is_manual_program(declaration, path):
                yield Violation(path, "grants every workspace and environment, including those added later")
            elif len(workspaces) > 1 and workspaces.keys() <= {entry.partition("/")[0] for entry in access}:
                yield Violation(path, "grants access to every workspace of the tenant")


def _is_manual_program(declaration: Declaration, path: Path) -> bool:
    """Return whether FLOWMCP-033 reports this access list, with a higher severity."""
    manual = declaration.tenant.manual_registrations
    return path[0] == "manualRegistrations" and manual[str(path[1])].grant is Grant.CLIENT_CREDENTIALS
