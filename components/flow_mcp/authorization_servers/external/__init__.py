"""Any other OAuth 2.1 or OpenID Connect server, identified by its authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.external.checks import check
from flow_mcp.authorization_servers.external.declaration import External
from flow_mcp.authorization_servers.external.setting_changes import SETTING_CHANGES
from flow_mcp.authorization_servers.external.settings import settings
from flow_mcp.declaration.credentials import CredentialVariables
from flow_mcp.declaration.declaration import AuthorizationServerKind

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration


def _authority(declaration: Declaration) -> str:
    return cast("External", declaration.server).authority


def _registers(declaration: Declaration) -> bool:
    registration = cast("External", declaration.server).client_registration
    return bool(declaration.tenant.clients) and registration is not None and registration.protected


EXTERNAL = AuthorizationServerKind(
    key="external",
    declaration=External,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.external.component:ExternalAuthorizationServer",
    setting_changes=SETTING_CHANGES,
    authority=_authority,
    credentials=CredentialVariables(
        (("FLOW_MCP_INITIAL_ACCESS_TOKEN",),), stack_secrets=("initialAccessToken",)
    ),
    needs_credentials=_registers,
    adoption_path="flow_mcp.authorization_servers.external.adoption:ExternalReader",
)

__all__ = ["EXTERNAL", "External"]
