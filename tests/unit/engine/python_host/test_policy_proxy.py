"""The proxy between the engine and a policy pack."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from flow_mcp.engine.python_host.policy_proxy import PolicyProxy

_OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]
# gRPC's default limit is 4 MiB.
_NAME = "n" * 5 * 1024 * 1024


class _Pack(analyzer_pb2_grpc.AnalyzerServicer):
    def AnalyzeStack(self, request: Any, _: Any) -> Any:  # noqa: N802 gRPC's name
        message = request.resources[0].name
        return analyzer_pb2.AnalyzeResponse(diagnostics=[analyzer_pb2.AnalyzeDiagnostic(message=message)])


def test_a_large_stack_reaches_the_pack_and_its_findings_the_engine() -> None:
    pack = grpc.server(ThreadPoolExecutor(1), options=_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(_Pack(), pack)
    port = pack.add_insecure_port("127.0.0.1:0")
    pack.start()
    proxy = PolicyProxy()
    try:
        proxy.connect(port)
        with grpc.insecure_channel(f"127.0.0.1:{proxy.port}", options=_OPTIONS) as channel:
            request = analyzer_pb2.AnalyzeStackRequest(
                resources=[analyzer_pb2.AnalyzerResource(name=_NAME)]
            )
            response = analyzer_pb2_grpc.AnalyzerStub(channel).AnalyzeStack(request, timeout=60)
    finally:
        proxy.stop()
        pack.stop(None)
    assert response.diagnostics[0].message == _NAME
