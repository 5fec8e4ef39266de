"""Microsoft Entra ID, in the customer's own Entra tenant."""

from __future__ import annotations

from flow_mcp.authorization_servers.entra.checks import check
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.provider import AZUREAD
from flow_mcp.authorization_servers.entra.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.entra.settings import authority, settings
from flow_mcp.declaration.declaration import AuthorizationServerKind

ENTRA = AuthorizationServerKind(
    key="entra",
    declaration=Entra,
    check=check,
    cannot_grant_unasked="Entra rejects a token request without `scope` (AADSTS900144)",
    cannot_bind_tokens="Entra does not support DPoP (its own proof of possession is not RFC 9449)",
    settings=settings,
    component_path="flow_mcp.authorization_servers.entra.component:EntraAuthorizationServer",
    registration_methods_at="preauthorized",
    setting_changes=SETTING_CHANGES,
    authority=authority,
    credentials=AZUREAD,
    adoption_path="flow_mcp.authorization_servers.entra.adoption.reader:EntraReader",
)

__all__ = ["ENTRA", "Entra"]
