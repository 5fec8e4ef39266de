"""FLOWMCP-017: access to production is limited to groups of people."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_methods
from flow_mcp.review.policy.declarations.production import ProductionSettings
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import keycloak, rfc
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Violation

_PROBLEM = "lets every user of the authorization server reach production"


def _declares(people: object, access: str) -> Resource:
    portal = {"grant": "authorization-code", "redirectUris": ["https://portal.acme.example/callback"]}
    return declares(clients={"portal": {**portal, "people": people, "access": [access]}})


class EveryoneInProduction(Rule):
    """Report production that is open to everyone.

    The authorization server may have guests, test accounts and, later, users of other tenants.
    """

    id = "FLOWMCP-017"
    severity = Severity.LOW
    message = "Production should admit named groups of people, not every user of the authorization server."
    remedy = (
        "Limit it with people: {groups: […]}. If the server cannot restrict by group, restrict who has an "
        "account."
    )
    references = (
        rfc(9700, "2.3"),
        keycloak("Role scope mappings", "_role_scope_mappings"),
        Reference(
            "Microsoft: Restrict an app to a set of users",
            "https://learn.microsoft.com/entra/identity-platform/howto-restrict-your-app-to-a-set-of-users",
        ),
    )
    settings = ProductionSettings
    good = (_declares("everyone", "456/test"), _declares({"groups": ["planners"]}, "456/production"))
    bad = (_declares("everyone", "456/production"),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        settings = context.settings_of(ProductionSettings)
        for name, client in declaration.tenant.clients.items():
            if client.people.everyone and settings.reached(declaration, client.access):
                yield Violation(("clients", name, "people"), _PROBLEM)
        for path, method in registration_methods(declaration):
            if method.people and method.people.everyone and settings.reached(declaration, method.access):
                yield Violation((*path, "people"), _PROBLEM)
