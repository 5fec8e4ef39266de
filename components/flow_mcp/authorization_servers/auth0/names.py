"""Names of the objects at Auth0. They follow from the declaration; the plugin generates none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

SCOPE = "mcp:access"
"""The permission of each API. Scopes belong to their API, so all APIs can have the same name."""


def api(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Return the API's name, which the dashboard and the consent page show."""
    return f"Flow MCP {declaration.tenant.id} {resource.key}"


def owner(declaration: Declaration) -> str:
    """Return the owner in the metadata of the stack's clients."""
    return f"flow-mcp:{declaration.tenant.id}"
