"""What keeps drift from being read or put back."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class NotMendedError(FlowMcpError):
    """Managed things could not be put back; nothing was changed unless the message says so."""

    exit_code = 2
