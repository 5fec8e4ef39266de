"""The Entra tenant of the Flow instance: the default for tenants that declare no authorization server."""

from __future__ import annotations

from flow_mcp.authorization_servers.entra.provider import AZUREAD
from flow_mcp.authorization_servers.flow_entra.checks import check
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
from flow_mcp.authorization_servers.flow_entra.instance import on_premises, pending
from flow_mcp.authorization_servers.flow_entra.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.flow_entra.settings import authority, settings
from flow_mcp.declaration.declaration import AuthorizationServerKind

FLOW_ENTRA = AuthorizationServerKind(
    key="flow-entra",
    declaration=FlowEntra,
    check=check,
    cannot_grant_unasked="Entra rejects a token request without `scope` (AADSTS900144)",
    cannot_bind_tokens="Entra does not support DPoP (its own proof of possession is not RFC 9449)",
    settings=settings,
    component_path="flow_mcp.authorization_servers.flow_entra.component:FlowEntraAuthorizationServer",
    registration_methods_at="preauthorized",
    setting_changes=SETTING_CHANGES,
    authority=authority,
    pending=pending,
    credentials=AZUREAD,
    adoption_path="flow_mcp.authorization_servers.flow_entra.adoption:FlowEntraReader",
    needs_credentials=lambda declaration: not on_premises(declaration),
)

__all__ = ["FLOW_ENTRA", "FlowEntra"]
