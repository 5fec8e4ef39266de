"""The plugin's answers to the engine, errors included, over a real gRPC connection."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import grpc
import grpc.aio
import pytest
from pulumi import RunError
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key

from flow_mcp.authorization_servers import plugin_members
from flow_mcp.authorization_servers.plugin_server import PlainErrors, Servicer
from flow_mcp.engine.plugin.provider import Provider
from tests.unit.engine.plugin.shelf import FreeWidth, Shelf

URN = "urn:pulumi:stack::project::flow-mcp:index:Shelf::shelf"


def call(method: str, request: Any, servicer: ProviderServicer | None = None) -> Any:
    """Return the answer of a server with one shelf, or raise its grpc.aio.AioRpcError."""

    async def answer() -> Any:
        server = grpc.aio.server(interceptors=[PlainErrors()])
        registered = servicer or ProviderServicer([], "1.0.0", Provider([Shelf()], [FreeWidth()]), "")
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(registered, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                return await getattr(provider_pb2_grpc.ResourceProviderStub(channel), method)(request)
        finally:
            await server.stop(None)

    return asyncio.run(answer())


def create(room: str) -> provider_pb2.CreateRequest:
    request = provider_pb2.CreateRequest(urn=URN)
    request.properties.update({"room": room, "width": 80})
    return request


def test_mistake_has_its_message_alone_and_a_certain_outcome() -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        call("Create", create("cellar"))
    assert raised.value.details() == "The cellar is wet: choose another room."
    # For INTERNAL and UNKNOWN the engine assumes that the resource's state is uncertain.
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_mistake_of_a_function_has_its_message_alone() -> None:
    request = provider_pb2.InvokeRequest(tok="flow-mcp:index:freeWidth")
    request.args.update({"room": "cellar"})
    with pytest.raises(grpc.aio.AioRpcError, match="The cellar is wet: choose another room"):
        call("Invoke", request)


def test_partly_created_resource_reaches_the_engine_with_its_state() -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        call("Create", create("attic"))
    metadata = dict(raised.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    details = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(details)
    assert (details.id, list(details.reasons)) == ("s-1", ["The attic's shelf has no books yet."])
    assert dict(details.properties)["room"] == "attic"
    assert dict(dict(details.properties)["key"]) == {_special_sig_key: _special_secret_sig, "value": "k-1"}


def test_internal_error_keeps_its_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match=r"provider\.py"):
        call("Create", provider_pb2.CreateRequest(urn="urn:pulumi:s::p::flow-mcp:index:Table::table"))
    capfd.readouterr()


def test_mistake_of_a_component_has_its_message_alone() -> None:
    class FailingServicer(ProviderServicer):
        async def Construct(self, *_: Any) -> Any:  # noqa: N802 gRPC's name
            raise RunError("the declaration is invalid")

    servicer = FailingServicer([], "1.0.0", Provider([], []), "")
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        call("Construct", provider_pb2.ConstructRequest(), servicer)
    assert raised.value.details() == "the declaration is invalid"


def test_create_returns_the_resource() -> None:
    answer = call("Create", create("hall"))
    assert answer.id == "s-1"
    assert dict(answer.properties)["room"] == "hall"


def test_schema_has_components_resources_and_functions() -> None:
    schema = json.loads(call("GetSchema", provider_pb2.GetSchemaRequest(), Servicer("")).schema)
    of_components = {"flow-mcp:index:McpServerSettings": True}
    of_resources = {f"flow-mcp:index:{resource.name}": False for resource in plugin_members.RESOURCES}
    is_component = {token: "isComponent" in resource for token, resource in schema["resources"].items()}
    assert is_component == of_components | of_resources
    assert list(schema["functions"]) == [f"flow-mcp:index:{f.name}" for f in plugin_members.FUNCTIONS]
