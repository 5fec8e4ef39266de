"""Names of what a protected resource has in a realm: deterministic, so that the 401 can advertise them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


SCOPES = "flow-mcp/"
"""How the names of all scopes of protected resources begin."""
# MCP clients ask for it beside what a challenge names, wherever the server's metadata lists it (SEP-2207),
# as Keycloak's does; and Keycloak refuses a request with a scope that the client was not given.
REFRESH = "offline_access"
"""The scope that gives a client of people refresh tokens."""
BUILT_IN_CLIENTS = frozenset(
    {"account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"}
)
"""The clients that Keycloak makes in every realm for itself."""


def scope(declaration: Declaration, resource: ResourceDeclared) -> str:
    """The client scope that gives a token the resource's audience."""
    return f"{SCOPES}{declaration.tenant.id}/{resource.key}"


def programs_role(declaration: Declaration, resource: ResourceDeclared) -> str:
    """The realm role of programs that may have the scope."""
    return f"flow-mcp:{declaration.tenant.id}:{resource.workspace}:{resource.environment}:programs"


def people_role(declaration: Declaration, resource: ResourceDeclared) -> str:
    """The realm role of people who may have the scope."""
    return f"flow-mcp:{declaration.tenant.id}:{resource.workspace}:{resource.environment}:people"


def owner(declaration: Declaration) -> str:
    """The mark on what the stack makes, so that nothing of somebody else's is taken over."""
    return f"flow-mcp:{declaration.tenant.id}"
