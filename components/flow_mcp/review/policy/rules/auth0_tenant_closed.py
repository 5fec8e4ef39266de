"""FLOWMCP-037: tenant-wide Auth0 settings do not widen access."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.properties import is_in, is_on, must
from flow_mcp.review.policy.resources.types import AUTH0_TENANT
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_REGISTRATION = ("flags", "enableDynamicClientRegistration")


class Auth0TenantClosed(Rule):
    """Reject tenant-wide Auth0 settings that widen access.

    Each of them affects every application and every API of the Auth0 tenant.
    """

    id = "FLOWMCP-037"
    severity = Severity.HIGH
    message = (
        "Tenant-wide Auth0 settings must not widen access: no default audience, no undeclared registration."
    )
    remedy = "Remove the setting; to permit client registration, declare registration.dynamic."
    references = (
        Reference("Auth0: Tenant Settings", "https://auth0.com/docs/get-started/tenant-settings"),
        Reference("RFC 8707, section 2", "https://www.rfc-editor.org/rfc/rfc8707.html#section-2"),
        Reference(
            "Auth0: Security controls of third-party applications",
            "https://auth0.com/docs/get-started/applications/third-party-applications/security-controls",
        ),
    )
    good = (
        Resource(
            AUTH0_TENANT, inputs={"flags": {"enableDynamicClientRegistration": False}, "friendlyName": "Acme"}
        ),
        Resource(AUTH0_TENANT, inputs={"dynamicClientRegistrationSecurityMode": "strict"}),
    )
    bad = (
        Resource(AUTH0_TENANT, inputs={"defaultAudience": "https://api.acme.example"}),
        Resource(AUTH0_TENANT, inputs={"flags": {"enableDynamicClientRegistration": True}}),
        Resource(AUTH0_TENANT, inputs={"dynamicClientRegistrationSecurityMode": "permissive"}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != AUTH0_TENANT:
            return
        yield from must(
            resource,
            ("defaultAudience",),
            is_in(None, ""),
            "issues tokens for this API to requests that name no API",
        )
        if resource.inputs:
            # Outputs include what others set in the Auth0 tenant; no client here has the grant that uses it.
            yield from must(
                resource,
                ("defaultDirectory",),
                is_in(None, ""),
                "sets a directory for the password grant, which no client may use",
            )
        if at(resource.values, *_REGISTRATION) is not False:
            yield from must(
                resource,
                ("dynamicClientRegistrationSecurityMode",),
                lambda value: value != "permissive",
                "exempts dynamically registered clients from PKCE",
            )
        # The component sets it as declared.
        if not made_by_component(resource):
            yield from must(
                resource,
                _REGISTRATION,
                lambda value: not is_on(value),
                "lets anyone register clients, which the declaration does not permit",
            )
