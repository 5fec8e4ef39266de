"""The plugin's process: one gRPC server for resources, functions and components.

Pulumi's SDK serves either a provider or components; here components are handed to its component provider.
And it reports every exception with a traceback; here a user's mistake is one sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable
from functools import cached_property
from importlib.metadata import version
from typing import Any

import grpc
import grpc.aio
from pulumi import RunError
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.provider.server import ProviderServicer as ComponentServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from flow_mcp.authorization_servers import plugin_members
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.plugin.log import log_to_engine
from flow_mcp.engine.plugin.provider import Provider, UnfinishedError
from flow_mcp.engine.plugin.resource import PACKAGE
from flow_mcp.engine.plugin.schema import package_schema

_MEGABYTE = 1024 * 1024
_OPTIONS = [("grpc.max_receive_message_length", 400 * _MEGABYTE)]


class Servicer(ProviderServicer):
    """Serves resources and functions itself, and components by Pulumi's component provider."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(
            [], version(PACKAGE), Provider(plugin_members.RESOURCES, plugin_members.FUNCTIONS), engine_address
        )

    @cached_property
    def _components(self) -> ComponentServicer:
        # Made when first asked for: importing the components takes longer than all the rest.
        provider = ComponentProvider(plugin_members.components(), PACKAGE, version=self._version)
        return ComponentServicer(provider, [], self._engine_address)

    async def Construct(self, request: Any, context: Any) -> Any:  # noqa: N802 gRPC's name
        return await self._components.Construct(request, context)

    async def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802 gRPC's name
        answer = await self._components.GetSchema(request, context)
        schema = package_schema(json.loads(answer.schema), plugin_members.RESOURCES, plugin_members.FUNCTIONS)
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))


class PlainErrors(grpc.aio.ServerInterceptor):
    """Answers a user's mistake with its sentence alone. The code says that nothing is left in doubt."""

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler

        async def answer(request: Any, context: Any) -> Any:
            try:
                return await handler.unary_unary(request, context)
            except Exception as raised:
                if mistake := _mistake(raised):
                    await context.abort_with_status(status_of(mistake))
                raise

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )


def _mistake(raised: BaseException | None) -> FlowMcpError | RunError | None:
    """The user's mistake that was raised, also where the SDK has wrapped it."""
    while raised is not None and not isinstance(raised, (FlowMcpError, RunError)):
        raised = getattr(raised, "inner", None) or raised.__context__
    return raised


def status_of(mistake: FlowMcpError | RunError) -> grpc.Status:
    """What the engine is told, with what it must remember of something half done."""
    status = grpc.Status()
    status.code = grpc.StatusCode.FAILED_PRECONDITION
    status.details = str(mistake)
    status.trailing_metadata = ()
    if isinstance(mistake, UnfinishedError):
        details = status_pb2.Status(code=status.code.value[0], message=str(mistake))
        details.details.add().Pack(
            provider_pb2.ErrorResourceInitFailed(
                id=mistake.made.id,
                properties=PropertyValue.marshal_map(mistake.properties),
                reasons=[str(mistake)],
            )
        )
        status.trailing_metadata = (("grpc-status-details-bin", details.SerializeToString()),)
    return status


async def _serve(engine_address: str) -> None:
    server = grpc.aio.server(options=_OPTIONS, interceptors=[PlainErrors()])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The engine reads the port from the first line.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def main() -> None:
    """Serve until the engine ends the process; its address is the first argument."""
    engine_address = next(argument for argument in sys.argv[1:] if not argument.startswith("-"))
    log_to_engine(engine_address)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(engine_address))
