"""FLOWMCP-014: clients that anyone registers reach no production, and send codes to known hosts."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_method
from flow_mcp.review.policy.declarations.production import ProductionSettings
from flow_mcp.review.policy.examples import KEYCLOAK, declares
from flow_mcp.review.policy.references import keycloak, mcp, rfc
from flow_mcp.review.policy.resources.keycloak_types import KEYCLOAK_REGISTRATION
from flow_mcp.review.policy.resources.properties import is_on, items, judged
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Unknown, Violation


def _declares(*access: str) -> Resource:
    dynamic = {"redirectHosts": ["claude.ai"], "access": list(access), "people": {"groups": ["planners"]}}
    return declares({"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": dynamic}}})


class OpenRegistration(Rule):
    """Nobody has looked at such a client, and people consent to what its name pretends to be."""

    id = "FLOWMCP-014"
    severity = Severity.MEDIUM
    message = "Open dynamic registration must name redirect hosts and must not lead to production."
    remedy = "Declare the clients that production needs, and registration.dynamic.access without it."
    references = (
        rfc(7591, "5"),
        mcp("Dynamic Client Registration"),
        keycloak("Client policies", "_client_policies"),
    )
    settings = ProductionSettings
    good = (
        _declares("456/test"),
        Resource(KEYCLOAK_REGISTRATION, inputs={"open": False, "redirectHosts": []}),
    )
    bad = (
        _declares("456/production"),
        _declares("*"),
        Resource(KEYCLOAK_REGISTRATION, inputs={"open": True, "redirectHosts": []}),
        Resource(KEYCLOAK_REGISTRATION, outputs={"deviations": ["the policy Consent Required is missing"]}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        settings = context.settings_of(ProductionSettings)
        for path, dynamic in registration_method(declaration, "dynamic"):
            if settings.reached(declaration, dynamic.access):
                yield Violation((*path, "access"), "lets clients that anyone registers reach production")

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != KEYCLOAK_REGISTRATION:
            return
        opened = resource.values.get("open")
        if isinstance(opened, Unknown):
            yield opened
        elif is_on(opened):
            yield from judged(
                resource.values.get("redirectHosts"),
                ("redirectHosts",),
                lambda value: isinstance(value, list) and bool(value),
                "lets clients that anyone registers send people to any host",
            )
        for path, deviation in items(resource, "deviations"):
            yield from judged(deviation, path, lambda _: False, "is so in the realm, and nobody declared it")
