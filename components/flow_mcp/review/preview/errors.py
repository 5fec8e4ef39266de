"""What goes wrong when Pulumi's engine is asked."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.fleet.locks import Holder


class PreviewError(FlowMcpError):
    """Pulumi's engine did not get to its end, or said something that cannot be relied on."""

    exit_code = 2


class LockedError(PreviewError):
    """Somebody else is at work on the stack.

    Attributes:
        holders: who.
    """

    def __init__(self, message: str, holders: tuple[Holder, ...]) -> None:
        super().__init__(message)
        self.holders = holders
