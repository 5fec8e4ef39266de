from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class LocalKeycloakError(FlowMcpError):
    """The local Keycloak cannot be had, started or stopped; says what to do."""
