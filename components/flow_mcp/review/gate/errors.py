"""Errors with which the gate rejects a change."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL


class BlockedError(FlowMcpError):
    """The change is blocked, and no approval can permit it."""

    exit_code = BLOCKED


class NotApprovedError(FlowMcpError):
    """The change is not the approved one."""

    exit_code = NEEDS_APPROVAL


class DeviationError(FlowMcpError):
    """Pulumi made, or began to make, a change that was not approved, or omitted an approved one."""

    exit_code = BLOCKED
