"""Auth0: an API for each protected resource, in an existing Auth0 tenant that may have other applications."""

from __future__ import annotations

from flow_mcp.authorization_servers.auth0.checks import check, owns
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.auth0.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.auth0.settings import authority, settings
from flow_mcp.declaration.credentials import CredentialVariables
from flow_mcp.declaration.declaration import AuthorizationServerKind

AUTH0 = AuthorizationServerKind(
    key="auth0",
    declaration=Auth0,
    check=check,
    cannot_bind_tokens=None,
    cannot_grant_unasked="it grants all permitted scopes to a request without `scope`, but needs `audience`",
    settings=settings,
    component_path="flow_mcp.authorization_servers.auth0.component:Auth0AuthorizationServer",
    setting_changes=SETTING_CHANGES,
    adoption_path="flow_mcp.authorization_servers.auth0.adoption.reader:Auth0Reader",
    redirect_property="Client.callbacks",
    authority=authority,
    owns=owns,
    credentials=CredentialVariables(
        (
            ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"),
            ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY"),
            ("AUTH0_API_TOKEN",),
            ("AUTH0_CLI_LOGIN",),
        )
    ),
)

__all__ = ["AUTH0", "Auth0"]
