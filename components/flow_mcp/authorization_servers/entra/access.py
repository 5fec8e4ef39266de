"""What a tenant's access, and what a change of it means, are told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import Meaning

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.entra.declaration import Entra
    from flow_mcp.declaration.tenant import Declaration

_HERE: Path = ("authorizationServer", "entra")

MEANINGS = (
    Meaning((*_HERE, "tenantId"), "identity"),
    Meaning((*_HERE, "cloud"), "identity"),
    Meaning((*_HERE, "owners"), "owners"),
    Meaning((*_HERE, "verifiedDomains"), "verified-domains"),
)


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("Entra", declaration.server).preauthorized.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:  # noqa: ARG001 nothing of it is declared
    """None: Entra's token lifetimes are the directory's."""
    return {}
