"""The Entra tenant of the Flow instance, which tenants use that declare nothing else."""

from __future__ import annotations

from flow_mcp.authorization_servers.flow_entra.access import MEANINGS, lifetimes, pending, ways
from flow_mcp.authorization_servers.flow_entra.checks import check
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra, FlowEntraInstance
from flow_mcp.authorization_servers.flow_entra.settings import authority, settings
from flow_mcp.authorization_servers.kind import AuthorizationServerKind

FLOW_ENTRA = AuthorizationServerKind(
    key="flow-entra",
    declaration=FlowEntra,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.flow_entra.component:FlowEntraAuthorizationServer",
    ways=ways,
    ways_at="preauthorized",
    lifetimes=lifetimes,
    meanings=MEANINGS,
    chooses_client_ids=False,
    authority=authority,
    pending=pending,
)

__all__ = ["FLOW_ENTRA", "FlowEntra", "FlowEntraInstance"]
