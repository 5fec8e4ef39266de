"""Scalekit: one MCP server of a Scalekit environment, and clients of it."""

from __future__ import annotations

from flow_mcp.authorization_servers.kind import AuthorizationServerKind
from flow_mcp.authorization_servers.scalekit.access import MEANINGS, lifetimes, ways
from flow_mcp.authorization_servers.scalekit.checks import check
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.settings import settings

SCALEKIT = AuthorizationServerKind(
    key="scalekit",
    declaration=Scalekit,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.scalekit.component:ScalekitAuthorizationServer",
    ways=ways,
    ways_at="registration",
    lifetimes=lifetimes,
    meanings=MEANINGS,
    chooses_client_ids=False,
)

__all__ = ["SCALEKIT", "Scalekit"]
