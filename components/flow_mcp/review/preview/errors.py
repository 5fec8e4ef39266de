"""Errors of runs of Pulumi's engine."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class PreviewError(FlowMcpError):
    """A run of Pulumi's engine failed, ended early, or reported something inconsistent."""

    exit_code = 2
