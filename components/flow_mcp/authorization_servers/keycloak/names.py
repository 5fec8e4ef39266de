"""Names of a protected resource's objects in a realm.

They follow from the declaration, so the challenge of a 401 answer can name the scopes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


SCOPE_PREFIX = "flow-mcp/"
"""Prefix of the names of all scopes of protected resources."""
# MCP clients request it in addition to a challenge's scopes if the server's metadata lists it (SEP-2207), as
# Keycloak's does. Keycloak rejects a request with a scope that the client does not have.
OFFLINE_ACCESS = "offline_access"
"""The scope with which a client for people gets refresh tokens."""
SERVICE_ACCOUNT = "service_account"
"""The default scope that Keycloak adds to a program at each change of the client, also by `pulumi up`."""
OWNER_ATTRIBUTE = "flowMcpOwner"
"""Attribute of realms and clients that names the stack that created them."""
OVERLAP_ATTRIBUTE = "flowMcpSecretOverlap"
"""The client attribute with the declared overlap, by which the client policies select clients."""
BUILT_IN_CLIENTS = frozenset(
    {"account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"}
)
"""Client IDs that Keycloak creates in every realm."""
BUILT_IN_SCOPES = frozenset(
    {
        *("acr", "address", "basic", "email", "microprofile-jwt", OFFLINE_ACCESS, "openid", "organization"),
        *("phone", "profile", "roles", SERVICE_ACCOUNT, "web-origins"),
    }
)
"""Names of client scopes that Keycloak creates in every realm or on use."""


def scope(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Return the name of the client scope that adds the resource's audience to a token."""
    server = cast("Keycloak", declaration.server)
    return server.scopes.get(resource.key) or f"{SCOPE_PREFIX}{declaration.tenant.id}/{resource.key}"


def programs_role(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Return the name of the realm role of programs that may have the scope."""
    return f"flow-mcp:{declaration.tenant.id}:{resource.workspace}:{resource.environment}:programs"


def people_role(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Return the name of the realm role of people who may have the scope."""
    return f"flow-mcp:{declaration.tenant.id}:{resource.workspace}:{resource.environment}:people"


def identity_provider(declaration: Declaration, issuer: str) -> str:
    """Return the alias of the identity provider with an issuer, which URLs of the admin API contain."""
    return f"flow-mcp-{declaration.tenant.id}-{sha256(issuer.encode()).hexdigest()[:12]}"


def owner(declaration: Declaration) -> str:
    """Return the owner attribute of the stack's objects. Objects without it are never adopted."""
    return f"flow-mcp:{declaration.tenant.id}"
