"""FLOWMCP-037: the settings of an Auth0 tenant open nothing that is not declared."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.policy.resources.component_resources import made_by_component
from flow_mcp.review.policy.resources.properties import is_in, is_on, must
from flow_mcp.review.policy.resources.provider_types import AUTH0_TENANT
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_REGISTRATION = ("flags", "enableDynamicClientRegistration")


class Auth0TenantClosed(Rule):
    """One of these switches reaches every application and every API of the Auth0 tenant."""

    id = "FLOWMCP-037"
    severity = Severity.HIGH
    message = (
        "Settings of a whole Auth0 tenant must open nothing: no default audience, no undeclared registration."
    )
    remedy = "Remove the setting; registration is opened by registration.dynamic of the declaration."
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
            "gives an API's tokens to requests that name no API",
        )
        if resource.inputs:
            # Where somebody has set it there, no client made here has the grant that uses it.
            yield from must(
                resource, ("defaultDirectory",), is_in(None, ""), "names a directory for password grants"
            )
        if at(resource.values, *_REGISTRATION) is not False:
            yield from must(
                resource,
                ("dynamicClientRegistrationSecurityMode",),
                lambda value: value != "permissive",
                "lets clients that register go without PKCE",
            )
        # The component sets it as the declaration says.
        if not made_by_component(resource):
            yield from must(
                resource, _REGISTRATION, lambda value: not is_on(value), "lets anyone register clients"
            )
