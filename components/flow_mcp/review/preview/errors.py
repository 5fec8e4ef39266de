"""What goes wrong when Pulumi's engine is asked."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class PreviewError(FlowMcpError):
    """Pulumi's engine did not get to its end, or said something that cannot be relied on."""

    exit_code = 2
