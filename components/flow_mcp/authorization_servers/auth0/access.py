"""What a tenant's access, and what a change of it means, are told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import Meaning

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.auth0.declaration import Auth0
    from flow_mcp.declaration.tenant import Declaration

_HERE: Path = ("authorizationServer", "auth0")

MEANINGS = (
    Meaning((*_HERE, "domain"), "identity"),
    Meaning((*_HERE, "customDomain"), "identity"),
    Meaning(
        (*_HERE, "tenantSettings", "manage"),
        "ownership",
        "The stack sets switches of the whole Auth0 tenant, which other applications live with too",
        "The stack leaves the switches of the whole Auth0 tenant as they are",
    ),
    Meaning(
        (*_HERE, "roles", "create"),
        "creation",
        "The stack makes and owns the roles by which people are admitted",
        "The roles by which people are admitted are no longer the stack's",
    ),
)


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("Auth0", declaration.server).registration.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:
    """Those of tokens."""
    tokens = cast("Auth0", declaration.server).tokens
    refresh = tokens.refresh
    of_refresh = {"lifetime": refresh.lifetime, "idle": refresh.idle} if refresh else {}
    return {"tokens.access": tokens.access} | {f"tokens.refresh.{key}": of_refresh[key] for key in of_refresh}
