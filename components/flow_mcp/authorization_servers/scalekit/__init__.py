"""Scalekit: an MCP server of a Scalekit environment, and its clients."""

from __future__ import annotations

from flow_mcp.authorization_servers.scalekit.checks import check
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.scalekit.settings import settings
from flow_mcp.declaration.declaration import AuthorizationServerKind

SCALEKIT = AuthorizationServerKind(
    key="scalekit",
    declaration=Scalekit,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.scalekit.component:ScalekitAuthorizationServer",
    setting_changes=SETTING_CHANGES,
)

__all__ = ["SCALEKIT", "Scalekit"]
