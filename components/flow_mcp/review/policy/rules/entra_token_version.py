"""FLOWMCP-020: Entra issues access tokens of version 2."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.policy.resources.properties import is_in, must
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_REGISTRATION
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_PROBLEM = "is not 2: tokens of version 1 have another issuer and other claims than the settings"


class EntraTokenVersion(Rule):
    """Require access tokens of version 2.

    The runtime validates the issuer, audience and client claim of version 2 and rejects other tokens.
    """

    id = "FLOWMCP-020"
    severity = Severity.MEDIUM
    message = "An application in Entra must request access tokens of version 2."
    remedy = "Set api.requestedAccessTokenVersion to 2; the default is version 1."
    references = (
        Reference(
            "Microsoft Entra: Access tokens",
            "https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats",
        ),
        Reference(
            "Microsoft Entra: Security best practices for application properties",
            "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
        ),
    )
    good = (
        Resource(ENTRA_APPLICATION, inputs={"api": {"requestedAccessTokenVersion": 2}}),
        Resource(ENTRA_REGISTRATION, inputs={"displayName": "Provider's default"}),
    )
    bad = (
        Resource(ENTRA_APPLICATION, inputs={"displayName": "Version 1", "api": {}}),
        Resource(ENTRA_REGISTRATION, inputs={"requestedAccessTokenVersion": 1}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type == ENTRA_APPLICATION:
            yield from must(resource, ("api", "requestedAccessTokenVersion"), is_in(2), _PROBLEM)
        elif resource.type == ENTRA_REGISTRATION:
            # For this resource, the provider's default is 2.
            yield from must(resource, ("requestedAccessTokenVersion",), is_in(2, None), _PROBLEM)
