"""What lets in besides the declared clients, and for how long: what a tenant's access is told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.auth0.declaration import Auth0
    from flow_mcp.declaration.tenant import Declaration


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("Auth0", declaration.server).registration.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:
    """Those of tokens."""
    tokens = cast("Auth0", declaration.server).tokens
    refresh = tokens.refresh
    of_refresh = {"lifetime": refresh.lifetime, "idle": refresh.idle} if refresh else {}
    return {"tokens.access": tokens.access} | {f"tokens.refresh.{key}": of_refresh[key] for key in of_refresh}
