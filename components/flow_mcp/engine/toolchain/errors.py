from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class ToolchainError(FlowMcpError):
    """Pulumi or a plugin could not be provided, by one method or by any; states the reason and the remedy."""
