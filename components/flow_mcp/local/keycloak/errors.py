from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class LocalKeycloakError(FlowMcpError):
    """The local Keycloak cannot be installed, started or stopped; the message has the remedy."""
