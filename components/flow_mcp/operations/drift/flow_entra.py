"""The drift of a tenant on the Flow instance's Entra tenant."""

from __future__ import annotations

from flow_mcp.authorization_servers.flow_entra.instance import entra, on_premises
from flow_mcp.operations.drift.entra.server_drift import drift_at
from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.server_drift import Inputs, ServerDrift, property_drifts


def server_drift(comparison: Refreshed, inputs: Inputs) -> ServerDrift:
    """Return the drift and the unmanaged objects; on-premises, the stack has no object at Entra.

    Raises:
        AuthorizationServerError: the Entra tenant cannot be read.
    """
    declaration = comparison.declaration
    if on_premises(declaration):
        reason = "on-premises, an Azure administrator manages the applications"
        return ServerDrift(declaration, property_drifts(comparison), unread=reason)
    return drift_at(comparison, entra(declaration), inputs)
