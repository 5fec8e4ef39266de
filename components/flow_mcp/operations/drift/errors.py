"""Errors of `flow-mcp drift`."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class NotMendedError(FlowMcpError):
    """Drift could not be reverted. Nothing was changed."""

    exit_code = 2


class SuccessorError(FlowMcpError):
    """It cannot be told which object replaces a deleted one, or another stack manages that object."""

    exit_code = 2
