"""FLOWMCP-016: nobody reaches more than is named."""

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
    """What one stolen credential opens is what its client was given."""

    id = "FLOWMCP-016"
    severity = Severity.LOW
    message = "An access list should name environments: neither `*` nor every workspace of several."
    remedy = "List the workspaces and environments that the application works with."
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
                yield Violation(path, "is everything, with whatever workspace or environment comes later")
            elif len(workspaces) > 1 and workspaces.keys() <= {entry.partition("/")[0] for entry in access}:
                yield Violation(path, "reaches every workspace")


def _is_manual_program(declaration: Declaration, path: Path) -> bool:
    """Whether FLOWMCP-033 says it of a manual registration, with more weight."""
    manual = declaration.tenant.manual_registrations
    return path[0] == "manualRegistrations" and manual[str(path[1])].grant is Grant.CLIENT_CREDENTIALS
