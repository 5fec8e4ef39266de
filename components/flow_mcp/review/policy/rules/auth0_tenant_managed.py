"""FLOWMCP-022: stacks change tenant-wide settings only of configured Auth0 tenants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

from pydantic import Field

from flow_mcp.authorization_servers.auth0 import AUTH0 as AUTH0_KIND
from flow_mcp.authorization_servers.auth0 import Auth0
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import AUTH0, declares
from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.types import AUTH0_TENANT
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, RuleSettings, Severity, Violation


class _Settings(RuleSettings):
    domains: Annotated[
        tuple[str, ...],
        Field(description="Domains of the Auth0 tenants whose tenant-wide settings a stack may change."),
    ] = ()


class Auth0TenantManaged(Rule):
    """Report changes to tenant-wide Auth0 settings that the configuration does not permit.

    These settings affect every application of the Auth0 tenant, and their owners do not review this file.
    """

    id = "FLOWMCP-022"
    severity = Severity.LOW
    message = "A stack should change tenant-wide settings only of Auth0 tenants that the configuration lists."
    remedy = "Ask the Auth0 tenant's administrators to change them, or add its domain to this rule's domains."
    references = (
        Reference("Auth0: Tenant Settings", "https://auth0.com/docs/get-started/tenant-settings"),
        Reference(
            "Auth0: Security controls of third-party applications",
            "https://auth0.com/docs/get-started/applications/third-party-applications/security-controls",
        ),
    )
    settings = _Settings
    good = (declares(AUTH0),)
    bad = (
        declares({"auth0": {**AUTH0["auth0"], "tenantSettings": {"manage": True}}}),
        Resource(AUTH0_TENANT, inputs={"friendlyName": "Acme"}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        if declaration.kind.key != AUTH0_KIND.key:
            return
        server = cast("Auth0", declaration.server)
        if server.tenant_settings.manage and server.domain not in context.settings_of(_Settings).domains:
            path = ("authorizationServer", AUTH0_KIND.key, "tenantSettings", "manage")
            yield Violation(
                path, "changes tenant-wide settings of an Auth0 tenant that this rule's domains do not list"
            )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        if resource.type == AUTH0_TENANT and not made_by_component(resource):
            yield Violation((), "changes tenant-wide Auth0 settings outside the declaration")
