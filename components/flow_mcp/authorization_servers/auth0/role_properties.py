"""The roles of a tenant, and the property that the stack sets on them."""

from __future__ import annotations

from collections.abc import Mapping

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.sign_in_paths import admitted


def resources_of_role(declaration: Declaration) -> Mapping[str, list[str]]:
    """Return, by name of the role, the keys of the protected resources that its users may use."""
    keys: dict[str, list[str]] = {}
    for resource in declaration.resources:
        for group in admitted(declaration, resource).groups:
            keys.setdefault(group, []).append(resource.key)
    return dict(sorted(keys.items()))


def description(declaration: Declaration) -> str:
    """Return the description of a role that the stack creates."""
    return f"Flow MCP: people of {declaration.tenant.id} who may use its MCP servers"
