"""FLOWMCP-027: every resource belongs to McpServerSettings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from flow_mcp.review.policy.resources.types import KEYCLOAK_REALM
from flow_mcp.review.policy.rule import (
    SETTINGS,
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Violation,
)

_STACK = "pulumi:pulumi:Stack"
_DEFAULT_PROVIDER = re.compile(r"pulumi:providers:[^$:]+::default(?:_.*)?")
_URN = "urn:pulumi:acme::flow-mcp::"


class _Settings(RuleSettings):
    types: Annotated[
        tuple[str, ...],
        Field(
            description="Types that a program may create outside it, such as pulumi:pulumi:StackReference."
        ),
    ] = ("pulumi:pulumi:StackReference",)


class InsideComponent(Rule):
    """Reject resources outside McpServerSettings.

    The diff and the report do not show them, and waivers do not apply to them.
    """

    id = "FLOWMCP-027"
    severity = Severity.MEDIUM
    message = "Every resource of a tenant's stack must be created by McpServerSettings."
    remedy = "Declare it in the tenant's file, or create it in a separate stack."
    references = (
        Reference("Pulumi: Component resources", "https://www.pulumi.com/docs/iac/concepts/components/"),
        Reference("Pulumi: URNs", "https://www.pulumi.com/docs/iac/concepts/resources/names/"),
        Reference(
            "NIST SP 800-53, CM-3: Configuration Change Control",
            "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        ),
    )
    settings = _Settings
    good = (
        Resource(SETTINGS, urn=f"{_URN}{SETTINGS}::acme"),
        Resource(KEYCLOAK_REALM, urn=f"{_URN}{SETTINGS}${KEYCLOAK_REALM}::realm"),
    )
    bad = (Resource(KEYCLOAK_REALM, urn=f"{_URN}{KEYCLOAK_REALM}::realm"),)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation]:
        if resource.type in (_STACK, *context.settings_of(_Settings).types):
            return
        # The third part of a URN lists the types of the resource's ancestors; its name follows.
        _, _, qualified = resource.urn.partition("::")[2].partition("::")
        types = qualified.partition("::")[0].split("$")
        if qualified and SETTINGS not in types and not _DEFAULT_PROVIDER.fullmatch(qualified):
            yield Violation((), "is outside McpServerSettings, so no diff or report shows it")
