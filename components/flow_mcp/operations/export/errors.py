"""Errors of the export."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class ExportError(FlowMcpError):
    """The settings cannot be delivered; earlier files are unchanged."""

    exit_code = 2
