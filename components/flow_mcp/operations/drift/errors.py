"""Errors of `flow-mcp drift`."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class NotMendedError(FlowMcpError):
    """Drift could not be reverted. Nothing was changed."""

    exit_code = 2


class AmbiguousError(FlowMcpError):
    """Several objects could be the one that was deleted and recreated."""

    exit_code = 2
