"""Auth0: an API per protected resource, in a tenant that exists and may serve others too."""

from __future__ import annotations

from flow_mcp.authorization_servers.auth0.access import MEANINGS, lifetimes, ways
from flow_mcp.authorization_servers.auth0.checks import check, owns
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.auth0.settings import authority, settings
from flow_mcp.authorization_servers.kind import AuthorizationServerKind

AUTH0 = AuthorizationServerKind(
    key="auth0",
    declaration=Auth0,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.auth0.component:Auth0AuthorizationServer",
    ways=ways,
    ways_at="registration",
    lifetimes=lifetimes,
    meanings=MEANINGS,
    chooses_client_ids=False,
    authority=authority,
    owns=owns,
)

__all__ = ["AUTH0", "Auth0"]
