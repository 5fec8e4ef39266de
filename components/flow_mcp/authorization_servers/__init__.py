"""The authorization servers that a tenant can choose: one package each, all alike, and this list."""

from __future__ import annotations

from flow_mcp.authorization_servers.auth0 import AUTH0
from flow_mcp.authorization_servers.entra import ENTRA
from flow_mcp.authorization_servers.external import EXTERNAL
from flow_mcp.authorization_servers.flow_entra import FLOW_ENTRA
from flow_mcp.authorization_servers.keycloak import KEYCLOAK
from flow_mcp.authorization_servers.kind import AuthorizationServerKind, ServerIds
from flow_mcp.authorization_servers.scalekit import SCALEKIT

KINDS: tuple[AuthorizationServerKind, ...] = (FLOW_ENTRA, ENTRA, KEYCLOAK, AUTH0, SCALEKIT, EXTERNAL)

DEFAULT = FLOW_ENTRA
"""Of tenants that declare none."""

__all__ = ["DEFAULT", "KINDS", "AuthorizationServerKind", "ServerIds"]
