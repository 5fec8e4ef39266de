"""What a tenant's access, and what a change of it means, are told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import Meaning

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.external.declaration import External
    from flow_mcp.declaration.tenant import Declaration

_HERE: Path = ("authorizationServer", "external")

MEANINGS = (
    Meaning((*_HERE, "authority"), "identity"),
    Meaning((*_HERE, "resources"), "recognition"),
    Meaning((*_HERE, "tokens"), "token-reading", "Tokens are read in another way"),
    Meaning((*_HERE, "clientRegistration"), "administration", "Clients are registered in another way"),
)


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("External", declaration.server).registration.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:  # noqa: ARG001 nothing of it is declared
    """None: the server decides them."""
    return {}
