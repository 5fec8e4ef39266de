"""Any other OAuth 2.1 or OpenID Connect server, by its authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.external.access import MEANINGS, lifetimes, ways
from flow_mcp.authorization_servers.external.checks import check
from flow_mcp.authorization_servers.external.declaration import External
from flow_mcp.authorization_servers.external.settings import settings
from flow_mcp.authorization_servers.kind import AuthorizationServerKind

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Declaration


def _authority(declaration: Declaration) -> str:
    return cast("External", declaration.server).authority


EXTERNAL = AuthorizationServerKind(
    key="external",
    declaration=External,
    check=check,
    settings=settings,
    component_path="flow_mcp.authorization_servers.external.component:ExternalAuthorizationServer",
    ways=ways,
    ways_at="registration",
    lifetimes=lifetimes,
    meanings=MEANINGS,
    chooses_client_ids=False,
    authority=_authority,
)

__all__ = ["EXTERNAL", "External"]
