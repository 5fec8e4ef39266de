"""Keycloak, 26.4 and later: a realm of the tenant's own, or one that exists."""

from __future__ import annotations

from flow_mcp.authorization_servers.keycloak.access import MEANINGS, lifetimes, ways
from flow_mcp.authorization_servers.keycloak.checks import check, owns
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.settings import authority, settings
from flow_mcp.authorization_servers.kind import AuthorizationServerKind

KEYCLOAK = AuthorizationServerKind(
    key="keycloak",
    declaration=Keycloak,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.keycloak.component:KeycloakAuthorizationServer",
    ways=ways,
    ways_at="registration",
    lifetimes=lifetimes,
    meanings=MEANINGS,
    chooses_client_ids=True,
    authority=authority,
    owns=owns,
)

__all__ = ["KEYCLOAK", "Keycloak"]
