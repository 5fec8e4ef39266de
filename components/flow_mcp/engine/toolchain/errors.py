from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class ToolchainError(FlowMcpError):
    """A way to Pulumi or a plugin does not work here, or none does; says why and what to install."""
