"""Names of what a protected resource has at Auth0: deterministic and never left to the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

SCOPE = "mcp:access"
"""The one permission of each API. Scopes belong to their API, so one name does for all of them."""


def api(declaration: Declaration, resource: ResourceDeclared) -> str:
    """The API's name, as the dashboard and the consent page show it."""
    return f"Flow MCP {declaration.tenant.id} {resource.key}"


def owner(declaration: Declaration) -> str:
    """The mark on what the stack makes."""
    return f"flow-mcp:{declaration.tenant.id}"
