"""Names and URLs of a tenant's objects at Scalekit. The stack recognises its objects by their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
    from flow_mcp.declaration.declaration import Declaration

SCOPE = "flow:mcp"
"""The default scope of MCP servers; the audience distinguishes them."""


def owner(declaration: Declaration) -> str:
    """Return the owner of the stack's objects. MCP servers of other owners are never adopted."""
    return f"flow-mcp:{declaration.tenant.id}"


def scopes(declaration: Declaration) -> tuple[str, ...]:
    """Return the scopes of the MCP server and its clients, all of which a token must have, sorted."""
    return tuple(sorted(cast("Scalekit", declaration.server).scopes or (SCOPE,)))


def client(declaration: Declaration, name: str) -> str:
    """Return the name of a client at Scalekit, which people see when they consent."""
    return f"flow-mcp-{declaration.tenant.id}-{name}"


def authority(environment_url: str, resource_id: str) -> str:
    """Return the issuer in the metadata of an MCP server."""
    return f"{environment_url}/resources/{resource_id}"


def metadata_url(environment_url: str, resource_id: str) -> str:
    """Return the metadata URL of an MCP server (RFC 8414). There is no openid-configuration document."""
    return f"{environment_url}/.well-known/oauth-authorization-server/resources/{resource_id}"
