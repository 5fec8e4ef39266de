"""Tests of a server with the official MCP SDK, called by the official client on loopback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import anyio
import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import Context, MCPServer
from starlette.applications import Starlette

from flow_mcp.runtime import KeyCache, resource_metadata
from flow_mcp.runtime.asgi import CALLER, Caller, ProtectedResourceMiddleware
from flow_mcp.runtime.mcp_sdk import SdkCallerMiddleware, SettingsTokenVerifier, auth_settings
from flow_mcp.runtime.tenants import Tenants
from tests.unit.runtime import acme
from tests.unit.runtime.acme import (
    AGENT,
    AUTHORITY,
    DESKTOP,
    NOW,
    PRODUCTION,
    WELL_KNOWN,
    claims,
    program,
    token,
)
from tests.unit.runtime.network import FakeServer
from tests.unit.runtime.serving import serving

HOST = "https://app.profitbase.biz"
PATH = PRODUCTION.removeprefix(HOST)
LATER = 2_000_000_000
"""The SDK compares `exp` with the machine's clock."""
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LIST_TOOLS = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}


@dataclass
class Served:
    """A running server, with methods to call its MCP address."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def post(self, text: str | None, body: object, session: str | None = None) -> httpx.Response:
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
        if text is not None:
            headers["Authorization"] = f"Bearer {text}"
        if session is not None:
            headers["Mcp-Session-Id"] = session
        return httpx.post(self.url, json=body, headers=headers)

    def whoami(self, text: str) -> object:
        """Call the tool with the official client."""

        async def ask() -> object:
            async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {text}"}) as http:
                transport = streamable_http_client(self.url, http_client=http)
                async with Client(transport) as client:
                    return (await client.call_tool("whoami", {})).structured_content

        return anyio.run(ask)


def whoami(ctx: Context) -> dict[str, str]:
    """Return the server's data of its caller."""
    request = ctx.request_context.request
    caller = request.scope.get(CALLER) if request else None
    known = get_access_token()
    assert known is not None
    return {
        "caller": f"{caller.tenant} {caller.environment} {caller.subject}"
        if isinstance(caller, Caller)
        else "",
        "sdk": f"{known.client_id} {known.subject} {known.resource} {known.claims}",
        "token": known.token,
    }


def application(server: MCPServer) -> Starlette:
    server.tool()(whoami)
    return server.streamable_http_app(streamable_http_path=PATH)


@pytest.fixture(scope="module")
def tenants() -> Iterator[Tenants]:
    with FakeServer().client() as client:
        yield Tenants([acme.settings()], KeyCache(client), lambda: NOW)


@pytest.fixture(scope="module")
def guarded(tenants: Tenants) -> Iterator[Served]:
    """A server behind the middleware."""
    app = SdkCallerMiddleware(application(MCPServer("guarded")))
    with serving(ProtectedResourceMiddleware(app, tenants, base_url=HOST), lifespan="on") as port:
        yield Served(port)


@pytest.fixture(scope="module")
def verified(tenants: Tenants) -> Iterator[Served]:
    """A server with the SDK's own middleware and `SettingsTokenVerifier`."""
    server = MCPServer(
        "verified",
        token_verifier=SettingsTokenVerifier(tenants, PRODUCTION),
        auth=auth_settings(acme.resource("production")),
    )
    with serving(application(server), lifespan="on") as port:
        yield Served(port)


def good(**changes: object) -> str:
    return token(claims(exp=LATER, **changes))


KARI = f"{DESKTOP} kari {PRODUCTION} {{'iss': '{AUTHORITY}'}}"


def test_a_tool_gets_its_caller_without_the_token(guarded: Served) -> None:
    assert guarded.whoami(good()) == {"caller": "acme production kari", "sdk": KARI, "token": ""}


def test_a_session_belongs_to_its_caller(guarded: Served) -> None:
    opened = guarded.post(good(), INITIALIZE)
    session = opened.headers["mcp-session-id"]
    assert guarded.post(good(), LIST_TOOLS, session).status_code == 200
    assert guarded.post(good(sub="mallory"), LIST_TOOLS, session).status_code == 404
    assert guarded.post(token(program(exp=LATER)), LIST_TOOLS, session).status_code == 404


def test_the_middleware_distinguishes_401_and_403(guarded: Served) -> None:
    refused = [guarded.post(text, INITIALIZE) for text in (None, good(aud="x"), good(scope="openid"))]
    where = f'resource_metadata="{WELL_KNOWN}", scope="mcp-456-production flow"'
    assert [(answer.status_code, answer.headers["www-authenticate"]) for answer in refused] == [
        (401, f"Bearer {where}"),
        (401, f'Bearer error="invalid_token", {where}'),
        (403, f'Bearer error="insufficient_scope", {where}'),
    ]


def test_the_verifier_accepts_allowed_callers(verified: Served) -> None:
    text = good()
    assert verified.whoami(text) == {"caller": "", "sdk": KARI, "token": text}
    assert verified.post(token(program(exp=LATER)), INITIALIZE).status_code == 200


def test_with_the_verifier_every_denied_call_is_401_without_scope(verified: Served) -> None:
    for text in (None, good(aud="x"), good(scope="openid"), token(program(exp=LATER, azp=acme.TESTER))):
        answer = verified.post(text, INITIALIZE)
        assert answer.status_code == 401
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('Bearer error="invalid_token"')
        assert challenge.endswith(f'resource_metadata="{WELL_KNOWN}"')
        assert "scope" not in challenge


def test_the_sdks_metadata_equals_that_of_the_runtime(verified: Served) -> None:
    path = WELL_KNOWN.removeprefix(HOST)
    answer = httpx.get(f"http://127.0.0.1:{verified.port}{path}").json()
    ours = resource_metadata(acme.resource("production"))
    assert {name: answer[name] for name in ours} == ours


def test_the_verifier_records_its_decisions(tenants: Tenants, caplog: pytest.LogCaptureFixture) -> None:
    verifier = SettingsTokenVerifier(tenants, PRODUCTION)
    with caplog.at_level(logging.INFO, "flow_mcp.runtime.audit"):
        anyio.run(verifier.verify_token, token(program()))
        anyio.run(verifier.verify_token, "opaque")
    records = [(vars(record)["reason"], vars(record)["client"]) for record in caplog.records]
    assert records == [("allowed", AGENT), ("token-opaque", None)]


def test_a_resource_of_no_tenant_is_denied(tenants: Tenants) -> None:
    verifier = SettingsTokenVerifier(tenants, PRODUCTION + "2")
    assert anyio.run(verifier.verify_token, token()) is None
