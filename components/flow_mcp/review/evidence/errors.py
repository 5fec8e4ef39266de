"""Errors of creating and verifying evidence."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class EvidenceError(FlowMcpError):
    """Evidence cannot be created or read: a file, a key or a tenant is unsuitable."""

    exit_code = 2


class NotVerifiedError(FlowMcpError):
    """The evidence is not verified; the message contains every reason."""

    exit_code = 1
