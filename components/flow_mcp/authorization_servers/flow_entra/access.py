"""What a tenant's access, and what a change of it means, are told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.flow_entra.instance import on_premises
from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import Meaning

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
    from flow_mcp.declaration.tenant import Declaration

_INSTANCE: Path = ("instance", "flowEntra")

MEANINGS = (
    Meaning((*_INSTANCE, "tenantId"), "identity"),
    Meaning((*_INSTANCE, "cloud"), "identity"),
    Meaning((*_INSTANCE, "owners"), "owners"),
    Meaning((*_INSTANCE, "verifiedDomains"), "verified-domains"),
    Meaning(
        (*_INSTANCE, "deployment"),
        "administration",
        "Others make the applications: the stack (saas), or an administrator (on-premises)",
    ),
    Meaning(("authorizationServer", "flow-entra", "applications"), "recognition"),
)


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("FlowEntra", declaration.server).preauthorized.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:  # noqa: ARG001 nothing of it is declared
    """None: Entra's token lifetimes are the directory's."""
    return {}


def pending(declaration: Declaration) -> tuple[str, ...]:
    """On-premises: the protected resources whose application the administrator has not made yet."""
    if not on_premises(declaration):
        return ()
    applications = cast("FlowEntra", declaration.server).applications
    return tuple(resource.key for resource in declaration.resources if resource.key not in applications)
