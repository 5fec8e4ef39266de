"""What a gate refuses."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL


class BlockedError(FlowMcpError):
    """No approval would do."""

    exit_code = BLOCKED


class NotApprovedError(FlowMcpError):
    """What would be applied is not what was approved."""

    exit_code = NEEDS_APPROVAL


class DeviationError(FlowMcpError):
    """What Pulumi did, or began to do, is not what was approved."""

    exit_code = BLOCKED
