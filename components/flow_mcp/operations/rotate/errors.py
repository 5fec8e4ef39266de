from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class RotateError(FlowMcpError):
    """A rotation cannot be recorded, or a secret cannot be handed over."""

    exit_code = 2
