"""Log records reach the engine with their resource."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2

from flow_mcp.engine.plugin.log import EngineHandler, reporting_on

URN = "urn:pulumi:stack::project::flow-mcp:index:Shelf::shelf"


class Engine:
    """Takes the place of the engine's side of the connection: records requests, or is disconnected."""

    def __init__(self, *, gone: bool = False) -> None:
        self.requests: list[Any] = []
        self._gone = gone

    def Log(self, request: Any) -> None:  # noqa: N802 gRPC's name
        if self._gone:
            raise grpc.RpcError("gone")
        self.requests.append(request)


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("flow_mcp.tests.log")
    logger.setLevel(logging.INFO)
    yield logger
    logger.handlers.clear()


def connected(logger: logging.Logger, engine: Engine) -> None:
    handler = EngineHandler("127.0.0.1:9")
    handler._engine = engine  # type: ignore[assignment] # has the only method that is used
    logger.addHandler(handler)


def test_warnings_are_permanent_and_information_is_ephemeral_each_with_its_resource(
    logger: logging.Logger,
) -> None:
    engine = Engine()
    connected(logger, engine)

    async def work() -> None:
        with reporting_on(URN):
            await asyncio.to_thread(logger.warning, "%s is gone", "it")
        await asyncio.to_thread(logger.info, "waiting")

    asyncio.run(work())
    assert engine.requests == [
        engine_pb2.LogRequest(severity=engine_pb2.WARNING, message="it is gone", urn=URN, ephemeral=False),
        engine_pb2.LogRequest(severity=engine_pb2.INFO, message="waiting", urn="", ephemeral=True),
    ]


def test_a_disconnected_engine_does_not_stop_an_operation(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    connected(logger, Engine(gone=True))
    logger.warning("not delivered")
