"""Send log records of `flow_mcp` to Pulumi's engine, which shows them with their resource."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_urn: ContextVar[str] = ContextVar("urn", default="")


@contextmanager
def reporting_on(urn: str) -> Iterator[None]:
    """Assign log records in this block to a resource, also from threads that asyncio starts in it."""
    token = _urn.set(urn)
    try:
        yield
    finally:
        _urn.reset(token)


class EngineHandler(logging.Handler):
    """Sends records to the engine: warnings stay in the output, other records are shown as current status."""

    def __init__(self, engine_address: str) -> None:
        super().__init__()
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine_address))

    def emit(self, record: logging.LogRecord) -> None:
        warning = record.levelno >= logging.WARNING
        request = engine_pb2.LogRequest(
            severity=engine_pb2.WARNING if warning else engine_pb2.INFO,
            message=self.format(record),
            urn=_urn.get(),
            ephemeral=not warning,
        )
        try:
            self._engine.Log(request)
        except grpc.RpcError:
            # A failure to log must not stop the operation.
            self.handleError(record)


def log_to_engine(engine_address: str) -> None:
    """Send the process's log records of `flow_mcp` to the engine from now on."""
    logger = logging.getLogger("flow_mcp")
    logger.setLevel(logging.INFO)
    logger.addHandler(EngineHandler(engine_address))
