"""What a tenant's access, and what a change of it means, are told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.setting_changes import Meaning

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
    from flow_mcp.declaration.tenant import Declaration

MEANINGS = (Meaning(("authorizationServer", "scalekit", "environmentUrl"), "identity"),)


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("Scalekit", declaration.server).registration.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:
    """Those of tokens."""
    return {"tokens.access": cast("Scalekit", declaration.server).tokens.access}
