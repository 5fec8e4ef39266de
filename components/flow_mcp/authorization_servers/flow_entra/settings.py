"""The settings document of a tenant on the Flow instance's Entra tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flow_mcp.authorization_servers.entra.settings import document, document_from_apis
from flow_mcp.authorization_servers.flow_entra.instance import entra, on_premises, registered_apis
from flow_mcp.declaration.declaration import ServerIds
from flow_mcp.settings import SettingsDocument

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration


def authority(declaration: Declaration) -> str:
    """Return the issuer of the instance's Entra tenant."""
    return entra(declaration).authority


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """Return the settings document. On-premises, client IDs come from the declaration instead of `ids`."""
    if on_premises(declaration):
        return document_from_apis(declaration, entra(declaration), registered_apis(declaration), {})
    return document(declaration, entra(declaration), ids)
