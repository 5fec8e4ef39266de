"""The error of an adoption."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class AdoptError(FlowMcpError):
    """Nothing can be adopted, or the proposal cannot be written."""

    exit_code = 2
