"""FLOWMCP-013: APIs in Entra require assignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flow_mcp.authorization_servers.entra import ENTRA as ENTRA_KIND
from flow_mcp.authorization_servers.flow_entra import FLOW_ENTRA
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import admits_everyone
from flow_mcp.review.policy.examples import ENTRA, declares
from flow_mcp.review.policy.resources.component import made_by_component, of_type
from flow_mcp.review.policy.resources.properties import exposes
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_PRINCIPAL
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_KINDS = (ENTRA_KIND.key, FLOW_ENTRA.key)


def _declares(people: object) -> Resource:
    desktop = {"grant": "authorization-code", "access": ["*"], "redirectUris": ["http://127.0.0.1/callback"]}
    return declares(ENTRA, clients={"desktop": {**desktop, "people": people}})


class EntraAssignment(Rule):
    """Require assignment for APIs in Entra.

    Without assignment, every account of the Entra tenant gets tokens, including guests.
    """

    id = "FLOWMCP-013"
    severity = Severity.MEDIUM
    message = (
        "A protected resource in Entra must require assignment, so that only assigned people and programs "
        "get tokens."
    )
    remedy = (
        "Limit it with people: {groups: […]}, or set appRoleAssignmentRequired: true on the API's service "
        "principal."
    )
    references = (
        Reference(
            "Microsoft Entra: Manage users and groups assignment to an application",
            "https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal",
        ),
        Reference("RFC 9700, section 2.3", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.3"),
    )
    good = (_declares({"groups": ["planners"]}),)
    bad = (_declares("everyone"),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        if declaration.kind.key in _KINDS:
            for path in admits_everyone(declaration):
                yield Violation(
                    path, "admits every account of the Entra tenant, guests included, without assignment"
                )

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        apis = [
            at(values, "clientId") for _, values in of_type(resources, ENTRA_APPLICATION) if exposes(values)
        ]
        for principal, values in of_type(resources, ENTRA_PRINCIPAL):
            client_id, required = at(values, "clientId"), at(values, "appRoleAssignmentRequired")
            if required is True or not apis:
                continue
            if isinstance(client_id, Unknown) or isinstance(required, Unknown):
                if not made_by_component(principal):
                    yield client_id if isinstance(client_id, Unknown) else required
            elif client_id in apis:
                problem = "is not true: people and programs without assignment get tokens for the API"
                yield Violation(("appRoleAssignmentRequired",), problem, principal.urn)
