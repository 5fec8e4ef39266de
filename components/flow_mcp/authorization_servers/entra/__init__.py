"""Microsoft Entra ID: an Entra tenant of the tenant's own."""

from __future__ import annotations

from flow_mcp.authorization_servers.entra.access import MEANINGS, lifetimes, ways
from flow_mcp.authorization_servers.entra.checks import check
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.settings import authority, settings
from flow_mcp.authorization_servers.kind import AuthorizationServerKind

ENTRA = AuthorizationServerKind(
    key="entra",
    declaration=Entra,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.entra.component:EntraAuthorizationServer",
    ways=ways,
    ways_at="preauthorized",
    lifetimes=lifetimes,
    meanings=MEANINGS,
    chooses_client_ids=False,
    authority=authority,
)

__all__ = ["ENTRA", "Entra"]
