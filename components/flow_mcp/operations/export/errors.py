"""What can go wrong in an export."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class ExportError(FlowMcpError):
    """Settings cannot be delivered as asked; what was there before is still there."""

    exit_code = 2
