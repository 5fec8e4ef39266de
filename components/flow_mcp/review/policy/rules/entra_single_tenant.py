"""FLOWMCP-012: applications in Entra accept accounts of one Entra tenant."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.policy.resources.properties import is_in, must
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_REGISTRATION
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_API = {"api": {"requestedAccessTokenVersion": 2}}


class EntraSingleTenant(Rule):
    """Require single-tenant applications in Entra.

    Every other audience admits accounts that the organization does not manage.
    """

    id = "FLOWMCP-012"
    severity = Severity.HIGH
    message = "An application in Entra must accept accounts of its own Entra tenant only."
    remedy = "Set signInAudience to AzureADMyOrg; register a separate application in each other Entra tenant."
    references = (
        Reference(
            "Microsoft Entra: Validation differences by supported account types",
            "https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation",
        ),
        Reference("RFC 9700, section 2.3", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.3"),
    )
    good = (
        Resource(ENTRA_APPLICATION, inputs={"signInAudience": "AzureADMyOrg", **_API}),
        Resource(ENTRA_REGISTRATION, inputs={"displayName": "Provider's default"}),
    )
    bad = (
        Resource(ENTRA_APPLICATION, inputs={"signInAudience": "AzureADMultipleOrgs", **_API}),
        Resource(ENTRA_REGISTRATION, inputs={"signInAudience": "AzureADandPersonalMicrosoftAccount"}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type in (ENTRA_APPLICATION, ENTRA_REGISTRATION):
            # The provider's default is AzureADMyOrg.
            yield from must(
                resource,
                ("signInAudience",),
                is_in("AzureADMyOrg", None),
                "admits accounts of other Entra tenants or personal accounts",
            )
