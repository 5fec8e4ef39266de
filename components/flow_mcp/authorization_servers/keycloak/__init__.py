"""Keycloak 26.4 and later: a realm that the stack creates, or an existing one."""

from __future__ import annotations

from flow_mcp.authorization_servers.keycloak.checks import check, owns
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.losses import losses
from flow_mcp.authorization_servers.keycloak.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.keycloak.settings import authority, settings
from flow_mcp.declaration.credentials import CredentialVariables
from flow_mcp.declaration.declaration import AuthorizationServerKind

KEYCLOAK = AuthorizationServerKind(
    key="keycloak",
    declaration=Keycloak,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.keycloak.component:KeycloakAuthorizationServer",
    setting_changes=SETTING_CHANGES,
    chooses_client_ids=True,
    authority=authority,
    owns=owns,
    redeems_assertions=True,
    adoption_path="flow_mcp.authorization_servers.keycloak.adoption.reader:KeycloakReader",
    redirect_property="Client.validRedirectUris",
    losses=losses,
    credentials=CredentialVariables((("KEYCLOAK_USER", "KEYCLOAK_PASSWORD"), ("KEYCLOAK_CLIENT_SECRET",))),
)

__all__ = ["KEYCLOAK", "Keycloak"]
