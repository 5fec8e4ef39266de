"""The proxy between the engine and a policy pack."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from flow_mcp.engine.python_host.policy_proxy import PolicyProxy

_OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]
_SECONDS = 60
# gRPC's default limit is 4 MiB.
_NAME = "n" * 5 * 1024 * 1024


class _Pack(analyzer_pb2_grpc.AnalyzerServicer):
    def __init__(self, refusal: grpc.StatusCode | None = None) -> None:
        self._refusal, self._owner = refusal, ""

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802 gRPC's name
        if self._refusal:
            context.abort(self._refusal, "no such stack")
        self._owner = request.tags["owner"]
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def GetAnalyzerInfo(self, *_: Any) -> Any:  # noqa: N802 gRPC's name
        return analyzer_pb2.AnalyzerInfo(name=self._owner)

    def AnalyzeStack(self, request: Any, _: Any) -> Any:  # noqa: N802 gRPC's name
        message = request.resources[0].name
        return analyzer_pb2.AnalyzeResponse(diagnostics=[analyzer_pb2.AnalyzeDiagnostic(message=message)])


@contextmanager
def _connected(pack: _Pack) -> Iterator[Any]:
    """Yield the engine's connection to a pack through a proxy, with a configured stack."""
    server = grpc.server(ThreadPoolExecutor(1), options=_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(pack, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    proxy = PolicyProxy()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{proxy.port}", options=_OPTIONS) as channel:
            analyzer = analyzer_pb2_grpc.AnalyzerStub(channel)
            stack = analyzer_pb2.AnalyzerStackConfigureRequest(stack="acme", tags={"owner": "identity"})
            analyzer.ConfigureStack(stack, timeout=_SECONDS)
            proxy.connect(port)
            yield analyzer
    finally:
        proxy.stop()
        server.stop(None)


def test_a_large_stack_reaches_the_pack_and_its_findings_the_engine() -> None:
    request = analyzer_pb2.AnalyzeStackRequest(resources=[analyzer_pb2.AnalyzerResource(name=_NAME)])
    with _connected(_Pack()) as analyzer:
        response = analyzer.AnalyzeStack(request, timeout=_SECONDS)
    assert response.diagnostics[0].message == _NAME


def test_the_tags_of_the_stack_reach_the_pack_before_the_first_call() -> None:
    with _connected(_Pack()) as analyzer:
        assert analyzer.GetAnalyzerInfo(Empty(), timeout=_SECONDS).name == "identity"


def test_a_pack_of_an_older_sdk_needs_no_configuration_of_the_stack() -> None:
    with _connected(_Pack(grpc.StatusCode.UNIMPLEMENTED)) as analyzer:
        assert analyzer.GetAnalyzerInfo(Empty(), timeout=_SECONDS).name == ""


def test_a_pack_that_refuses_the_stack_fails_the_engines_calls_with_the_reason() -> None:
    with (
        _connected(_Pack(grpc.StatusCode.INTERNAL)) as analyzer,
        pytest.raises(grpc.RpcError) as failure,
    ):
        analyzer.GetAnalyzerInfo(Empty(), timeout=_SECONDS)
    assert (failure.value.code(), failure.value.details()) == (
        grpc.StatusCode.UNAVAILABLE,
        "the policy pack rejects the configuration of the stack: no such stack",
    )
