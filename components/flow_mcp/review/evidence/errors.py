"""What can go wrong with evidence."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class EvidenceError(FlowMcpError):
    """Evidence cannot be made or looked at: a file, a key or a tenant is not as it must be."""

    exit_code = 2


class NotVerifiedError(FlowMcpError):
    """Evidence was looked at and proves nothing; every reason is named."""

    exit_code = 1
