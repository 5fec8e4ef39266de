"""The authorization servers that a tenant can choose: one package each, all alike, and this list."""

from __future__ import annotations

from flow_mcp.authorization_servers.auth0 import AUTH0
from flow_mcp.authorization_servers.keycloak import KEYCLOAK
from flow_mcp.authorization_servers.kind import AuthorizationServerKind, ServerIds

KINDS: tuple[AuthorizationServerKind, ...] = (KEYCLOAK, AUTH0)

__all__ = ["KINDS", "AuthorizationServerKind", "ServerIds"]
