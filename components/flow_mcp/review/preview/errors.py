"""Errors of runs of Pulumi's engine."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.fleet.interrupted import Operation
from flow_mcp.engine.fleet.locks import Holder


class PreviewError(FlowMcpError):
    """A run of Pulumi's engine failed, ended early, or reported something inconsistent."""

    exit_code = 2


class LockedError(PreviewError):
    """Another update holds the stack's lock.

    Attributes:
        holders: the processes that hold the lock, as far as Pulumi names them.
    """

    def __init__(self, message: str, holders: tuple[Holder, ...]) -> None:
        super().__init__(message)
        self.holders = holders


class UnansweredError(PreviewError):
    """An update failed because the authorization server did not answer.

    Attributes:
        operations: the creations and deletions that the server may have carried out nevertheless.
    """

    def __init__(self, message: str, operations: tuple[Operation, ...]) -> None:
        super().__init__(message)
        self.operations = operations
