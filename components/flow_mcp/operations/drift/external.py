"""The drift of a tenant on another authorization server."""

from __future__ import annotations

from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.server_drift import Inputs, ServerDrift, property_drifts


def server_drift(comparison: Refreshed, _: Inputs) -> ServerDrift:
    """Return the drift of the clients that the stack registered. The server has no API that lists others."""
    reason = "this works only on Keycloak, Entra, Auth0 and Scalekit, not on external"
    return ServerDrift(comparison.declaration, property_drifts(comparison), unread=reason)
