"""An MCP server with the official Python SDK and the runtime's middleware, which logs denied calls."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from starlette.requests import Request

from flow_mcp.runtime.asgi import CALLER, Caller, ProtectedResourceMiddleware
from flow_mcp.runtime.asgi_answers import App, Message, Receive, Scope, Send
from flow_mcp.runtime.directory import SettingsDirectory
from flow_mcp.runtime.mcp_sdk import SdkCallerMiddleware

_PATH = "/mcp/tenants/{tenant}/workspaces/{workspace}/environments/{environment}"


Refusal = tuple[str, int, str]
"""Path below the instance, status and challenge."""


@dataclass(frozen=True)
class FlowServer:
    """The server's URL, and the denied calls since the last `clear`."""

    instance: str
    """URL of the Flow instance, `server` of a declaration's `flow-mcp:instance`."""
    refusals: list[Refusal] = field(default_factory=list)
    """All 401 and 403 answers, in order."""


@contextmanager
def flow_server(listening: socket.socket, settings: SettingsDirectory) -> Iterator[FlowServer]:
    """Serve all tenants of a settings directory on 127.0.0.1."""
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = FlowServer(f"{origin}/flow")
    sdk = MCPServer("Flow")
    sdk.add_tool(where_am_i)
    # Stateless, like one of many servers behind a load balancer.
    app = sdk.streamable_http_app(streamable_http_path=f"/flow{_PATH}", stateless_http=True)
    guarded = ProtectedResourceMiddleware(SdkCallerMiddleware(app), settings, base_url=origin)
    config = uvicorn.Config(_logged(guarded, server), log_level="warning", ws="none", lifespan="on")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield server
    finally:
        running.should_exit = True
        thread.join()


def where_am_i(context: Context[Any, Request]) -> dict[str, str]:
    """Return the tenant, the environment and the caller."""
    request = context.request_context.request
    assert request is not None
    caller = request.scope[CALLER]
    assert isinstance(caller, Caller)
    return {
        "tenant": caller.tenant,
        "workspace": caller.workspace,
        "environment": caller.environment,
        "client": caller.client,
        "kind": caller.subject_kind,
    }


def _logged(app: App, server: FlowServer) -> App:
    """Record denied calls when they are answered."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {401, 403}:
                challenge = dict(message["headers"]).get(b"www-authenticate", b"").decode()
                path = scope["path"].removeprefix("/flow")
                server.refusals.append((path, message["status"], challenge))
            await send(message)

        await app(scope, receive, note if scope["type"] == "http" else send)

    return logged
