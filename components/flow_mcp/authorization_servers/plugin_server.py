"""The process of the provider plugin: one gRPC server for resources, functions and components.

Pulumi's SDK serves either a provider or components. This server passes calls for components to the SDK's
component provider. The SDK reports every exception with a traceback; this server reports a user's mistake as
its message alone.
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

_MEGABYTE = 1024 * 1024
_OPTIONS = [("grpc.max_receive_message_length", 400 * _MEGABYTE)]


class Servicer(ProviderServicer):
    """Serves resources and functions, and passes calls for components to Pulumi's component provider."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(
            [], version(PACKAGE), Provider(plugin_members.RESOURCES, plugin_members.FUNCTIONS), engine_address
        )

    @cached_property
    def _components(self) -> ComponentServicer:
        # Created on first use: importing the components takes longer than the rest of the start.
        provider = ComponentProvider(plugin_members.components(), PACKAGE, version=self._version)
        return ComponentServicer(provider, [], self._engine_address)

    async def Construct(self, request: Any, context: Any) -> Any:  # noqa: N802 gRPC's name
        from flow_mcp.authorization_servers.component_schema import restore_keys

        restore_keys(request.inputs)
        return await self._components.Construct(request, context)

    async def GetSchema(self, *_: Any) -> Any:  # noqa: N802 gRPC's name
        from flow_mcp.authorization_servers.component_schema import plugin_schema

        return provider_pb2.GetSchemaResponse(schema=json.dumps(plugin_schema(self._version)))


class PlainErrors(grpc.aio.ServerInterceptor):
    """Answers a user's mistake with its message and a gRPC status that marks the outcome as certain."""

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler

        async def answer(request: Any, context: Any) -> Any:
            try:
                return await handler.unary_unary(request, context)
            except Exception as error:
                if mistake := _mistake(error):
                    await context.abort_with_status(status_of(mistake))
                raise

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )


def _mistake(error: BaseException | None) -> FlowMcpError | RunError | None:
    """Return the user's mistake behind an exception, also if the SDK wrapped it; None if there is none."""
    while error is not None and not isinstance(error, (FlowMcpError, RunError)):
        error = getattr(error, "inner", None) or error.__context__
    return error


def status_of(mistake: FlowMcpError | RunError) -> grpc.Status:
    """Return the gRPC status for the engine, with the state of a resource that was created in part."""
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
    """Serve until the engine ends the process. The engine's address is the first argument."""
    engine_address = next(argument for argument in sys.argv[1:] if not argument.startswith("-"))
    log_to_engine(engine_address)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(engine_address))
