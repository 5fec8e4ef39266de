"""Errors of `flow-mcp connect`."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class ConnectError(FlowMcpError):
    """The tenant does not admit the application, or its stack does not contain the client yet."""

    exit_code = 2
