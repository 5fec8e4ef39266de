"""Errors of the policy pack, after which no rule is evaluated and nothing is applied."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class PolicyPackError(FlowMcpError):
    """The project's policy pack cannot be loaded, or its configuration is invalid."""

    exit_code = 2
