"""What lets in besides the declared clients, and for how long: what a tenant's access is told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.external.declaration import External
    from flow_mcp.declaration.tenant import Declaration


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("External", declaration.server).registration.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:  # noqa: ARG001 nothing of it is declared
    """None: the server decides them."""
    return {}
