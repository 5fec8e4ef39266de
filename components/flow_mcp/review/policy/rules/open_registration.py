"""FLOWMCP-014: open client registration does not reach production and lists redirect hosts."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_method
from flow_mcp.review.policy.declarations.production import ProductionSettings
from flow_mcp.review.policy.examples import KEYCLOAK, declares
from flow_mcp.review.policy.references import keycloak, mcp, rfc
from flow_mcp.review.policy.resources.properties import is_on, items, judged
from flow_mcp.review.policy.resources.types import KEYCLOAK_REGISTRATION
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Unknown, Violation


def _declares(*access: str) -> Resource:
    dynamic = {"redirectHosts": ["claude.ai"], "access": list(access), "people": {"groups": ["planners"]}}
    return declares({"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": dynamic}}})


class OpenRegistration(Rule):
    """Keep dynamically registered clients out of production and limit their redirect hosts.

    Nobody reviews such a client, and people consent to a name that it chose for itself.
    """

    id = "FLOWMCP-014"
    severity = Severity.MEDIUM
    message = (
        "Open dynamic client registration must list redirect hosts and must not grant access to production."
    )
    remedy = (
        "Remove production from registration.dynamic.access, list redirect hosts, and declare the clients "
        "that production needs."
    )
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
                yield Violation(
                    (*path, "access"), "grants access to production to clients that anyone can register"
                )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != KEYCLOAK_REGISTRATION:
            return
        is_open = resource.values.get("open")
        if isinstance(is_open, Unknown):
            yield is_open
        elif is_on(is_open):
            yield from judged(
                resource.values.get("redirectHosts"),
                ("redirectHosts",),
                lambda value: isinstance(value, list) and bool(value),
                "lists no hosts, so clients that anyone can register redirect people anywhere",
            )
        for path, deviation in items(resource, "deviations"):
            yield from judged(
                deviation,
                path,
                lambda _: False,
                "reports that client registration in the realm differs from the declaration",
            )
