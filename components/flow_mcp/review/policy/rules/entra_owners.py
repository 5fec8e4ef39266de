"""FLOWMCP-021: applications in Entra have owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

from pydantic import Field

from flow_mcp.authorization_servers.entra import ENTRA as ENTRA_KIND
from flow_mcp.authorization_servers.entra import Entra
from flow_mcp.authorization_servers.flow_entra import FLOW_ENTRA
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.instance import Deployment
from flow_mcp.review.policy.examples import ENTRA, ENTRA_TENANT, declares
from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.properties import must
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_PRINCIPAL
from flow_mcp.review.policy.rule import (
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Unknown,
    Violation,
)

_TOO_FEW = "lists fewer owners than the configuration requires"


class _Settings(RuleSettings):
    minimum: Annotated[
        int,
        Field(
            ge=1, le=100, description="Minimum number of owners; a single owner may leave the organization."
        ),
    ] = 1


class EntraOwners(Rule):
    """Report applications and service principals in Entra without enough owners.

    Nobody reviews, rotates or removes an application without an owner.
    """

    id = "FLOWMCP-021"
    severity = Severity.LOW
    message = "Applications and service principals in Entra should have owners."
    remedy = (
        "Declare owners: object IDs of the people responsible, and of the principal that applies the stack."
    )
    references = (
        Reference(
            "Microsoft Entra: Security best practices for application properties",
            "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
        ),
    )
    settings = _Settings
    good = (declares(ENTRA),)
    bad = (
        declares({"entra": {"tenantId": ENTRA_TENANT}}),
        Resource(ENTRA_APPLICATION, inputs={"api": {"requestedAccessTokenVersion": 2}}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        minimum, kind = context.settings_of(_Settings).minimum, declaration.kind.key
        if kind == ENTRA_KIND.key and len(cast("Entra", declaration.server).owners) < minimum:
            yield Violation(("authorizationServer", kind, "owners"), _TOO_FEW)
        instance = declaration.instance.flow_entra if kind == FLOW_ENTRA.key else None
        # On-premises, the Entra administrator registers the applications and chooses their owners.
        if instance and instance.deployment is Deployment.SAAS and len(instance.owners) < minimum:
            yield Violation(("instance", "flowEntra", "owners"), _TOO_FEW)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        if resource.type in (ENTRA_APPLICATION, ENTRA_PRINCIPAL) and not made_by_component(resource):
            minimum = context.settings_of(_Settings).minimum
            yield from must(
                resource,
                ("owners",),
                lambda value: isinstance(value, list) and len(value) >= minimum,
                _TOO_FEW,
            )
