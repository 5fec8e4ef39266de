"""What goes wrong with a policy pack: then nothing is judged, and a gate is shut."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class PolicyPackError(FlowMcpError):
    """The project's policy pack cannot be loaded, or its configuration is wrong."""

    exit_code = 2
