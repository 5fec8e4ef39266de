"""Why an application cannot be connected."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class ConnectError(FlowMcpError):
    """The tenant does not admit the application, or its stack does not have the client yet."""

    exit_code = 2
