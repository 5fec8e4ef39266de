"""What resources log reaches the engine, beside the resource it is about."""

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
    """A stand-in for the engine's side of the connection: keeps what it is told, or is gone."""

    def __init__(self, *, gone: bool = False) -> None:
        self.told: list[Any] = []
        self._gone = gone

    def Log(self, request: Any) -> None:  # noqa: N802 gRPC's name
        if self._gone:
            raise grpc.RpcError("gone")
        self.told.append(request)


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("flow_mcp.tests.log")
    logger.setLevel(logging.INFO)
    yield logger
    logger.handlers.clear()


def connected(logger: logging.Logger, engine: Engine) -> None:
    handler = EngineHandler("127.0.0.1:9")
    handler._engine = engine  # type: ignore[assignment] # the stand-in has the one method that is used
    logger.addHandler(handler)


def test_a_warning_stays_and_information_passes_each_beside_its_resource(logger: logging.Logger) -> None:
    engine = Engine()
    connected(logger, engine)

    async def work() -> None:
        with reporting_on(URN):
            await asyncio.to_thread(logger.warning, "%s is gone", "it")
        await asyncio.to_thread(logger.info, "waiting")

    asyncio.run(work())
    assert engine.told == [
        engine_pb2.LogRequest(severity=engine_pb2.WARNING, message="it is gone", urn=URN, ephemeral=False),
        engine_pb2.LogRequest(severity=engine_pb2.INFO, message="waiting", urn="", ephemeral=True),
    ]


def test_an_engine_that_is_gone_stops_no_work(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    connected(logger, Engine(gone=True))
    logger.warning("nobody hears this")
