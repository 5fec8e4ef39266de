"""Names and marks of what a tenant has at Scalekit: deterministic, so that what was made is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

SCOPE = "flow:mcp"
"""The scope of every MCP server, which its audience tells apart; letters, digits and colons are allowed."""


def owner(declaration: Declaration) -> str:
    """The mark on what the stack makes, so that nothing of somebody else's is taken over."""
    return f"flow-mcp:{declaration.tenant.id}"


def authority(environment_url: str, resource_id: str) -> str:
    """The issuer that the metadata of an MCP server names."""
    return f"{environment_url}/resources/{resource_id}"


def metadata_url(environment_url: str, resource_id: str) -> str:
    """Where that metadata is: by RFC 8414 only; openid-configuration answers 404."""
    return f"{environment_url}/.well-known/oauth-authorization-server/resources/{resource_id}"
