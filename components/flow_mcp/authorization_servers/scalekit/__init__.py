"""Scalekit: an MCP server of a Scalekit environment, and its clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.scalekit.checks import check
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.scalekit.settings import settings
from flow_mcp.declaration.credentials import CredentialVariables
from flow_mcp.declaration.declaration import AuthorizationServerKind

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration


def _environment_url(declaration: Declaration) -> str:
    return cast("Scalekit", declaration.server).environment_url


SCALEKIT = AuthorizationServerKind(
    key="scalekit",
    declaration=Scalekit,
    check=check,
    cannot_bind_tokens="Scalekit does not document DPoP for MCP servers",
    settings=settings,
    component_path="flow_mcp.authorization_servers.scalekit.component:ScalekitAuthorizationServer",
    setting_changes=SETTING_CHANGES,
    adoption_path="flow_mcp.authorization_servers.scalekit.adoption.reader:ScalekitReader",
    redirect_property="ScalekitClient.redirectUris",
    credentials=CredentialVariables(
        (("SCALEKIT_CLIENT_ID", "SCALEKIT_CLIENT_SECRET"),),
        stack_secrets=("scalekitClientId", "scalekitClientSecret"),
    ),
    server_url=_environment_url,
)

__all__ = ["SCALEKIT", "Scalekit"]
