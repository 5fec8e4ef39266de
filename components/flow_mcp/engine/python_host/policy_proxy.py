"""Pass the engine's calls on to a policy pack, which needs the stack's configuration before it starts.

The engine sends the configuration over the connection; Pulumi's policy SDK for Python reads it from
environment variables. Pulumi's language hosts have the same proxy:
https://github.com/pulumi/pulumi/blob/master/sdk/policy_proxy.go
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

_SERVICE = "/pulumirpc.Analyzer/"
_CONFIGURE = f"{_SERVICE}ConfigureStack"
# Pulumi's own limit (`rpcutil`): the resources of a whole stack are one message.
OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]


class PolicyProxy(grpc.GenericRpcHandler):
    """Serves the engine: stores the configuration, and passes all other calls on to the pack's own server."""

    def __init__(self) -> None:
        self._configured = threading.Event()
        self._configuration: Any = None
        self._pack: Future[grpc.Channel] = Future()
        self._server = grpc.server(ThreadPoolExecutor(4), options=OPTIONS)
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def service(self, details: Any) -> Any:
        """Return the handler of a method; grpc calls this."""
        method = details.method
        if not method.startswith(_SERVICE):
            return None
        if method == f"{_SERVICE}Handshake":
            return grpc.unary_unary_rpc_method_handler(
                lambda *_: analyzer_pb2.AnalyzerHandshakeResponse().SerializeToString()
            )
        if method == _CONFIGURE:
            return grpc.unary_unary_rpc_method_handler(self._configure)
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._forward(method, request, context)
        )

    def environment(self) -> dict[str, str]:
        """Wait for the stack's configuration, and return the environment variables that contain it.

        They are empty if the engine sends none, for example to list the policies.
        """
        self._configured.wait()
        stack = self._configuration
        if stack is None:
            return {}
        return {
            **configuration_variables(stack.config, stack.config_secret_keys),
            "PULUMI_ORGANIZATION": stack.organization,
            "PULUMI_PROJECT": stack.project,
            "PULUMI_STACK": stack.stack,
            "PULUMI_DRY_RUN": "true" if stack.dry_run else "false",
        }

    def connect(self, port: int) -> None:
        """Pass the calls on to the pack's server at this port of 127.0.0.1, the configuration first.

        The configuration has the stack's tags, which no environment variable contains.
        """
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", OPTIONS)
        try:
            if self._configuration is not None:
                analyzer_pb2_grpc.AnalyzerStub(channel).ConfigureStack(self._configuration)
        except grpc.RpcError as error:
            call: Any = error
            if call.code() is not grpc.StatusCode.UNIMPLEMENTED:  # policy packs of older SDKs
                reason = f"the policy pack rejects the configuration of the stack: {call.details()}"
                self._pack.set_exception(ConnectionError(reason))
                return
        self._pack.set_result(channel)

    def stop(self) -> None:
        """Stop serving; calls that wait for the pack fail."""
        self._configured.set()
        if not self._pack.done():
            self._pack.set_exception(ConnectionError("the policy pack did not start"))
        self._server.stop(None)

    def _configure(self, request: bytes, _: Any) -> bytes:
        self._configuration = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
        self._configured.set()
        response: bytes = analyzer_pb2.AnalyzerStackConfigureResponse().SerializeToString()
        return response

    def _forward(self, method: str, request: bytes, context: Any) -> bytes:
        self._configured.set()
        try:
            call: Any = self._pack.result().unary_unary(method)
            response: bytes = call(request)
        except ConnectionError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        return response


def configuration_variables(values: Mapping[str, str], secret_keys: Any) -> dict[str, str]:
    """Return the environment variables from which Pulumi's Python SDK reads a stack's configuration."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(values)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(secret_keys)),
    }
