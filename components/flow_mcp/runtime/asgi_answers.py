"""The answers that the middleware sends itself."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from flow_mcp.runtime.challenge import bearer_challenge
from flow_mcp.runtime.metadata import resource_metadata

if TYPE_CHECKING:
    from flow_mcp.runtime.decision import Decision
    from flow_mcp.runtime.tenants import Readiness
    from flow_mcp.settings import ProtectedResource

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# The metadata is public. MCP clients in browsers read it before they have a token; they send headers such as
# MCP-Protocol-Version, for which browsers first send a preflight request.
_CORS = {"access-control-allow-origin": "*"}
_PREFLIGHT = _CORS | {
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "*",
    "access-control-max-age": "3600",
}


async def deny(
    decision: Decision, scope: Scope, receive: Receive, send: Send, nonce: str | None = None
) -> None:
    """Answer a denied call with status, challenge and nonce (RFC 9449, 9), without the reason."""
    headers = {
        "www-authenticate": decision.challenge or bearer_challenge(),
        "cache-control": "no-store",
    }
    if nonce is not None and decision.error == "use_dpop_nonce":
        headers["dpop-nonce"] = nonce
    if scope["type"] == "http":
        await _answer(send, decision.status, headers)
        return
    await receive()  # ASGI: nothing may be sent before `websocket.connect` was received
    if "websocket.http.response" in scope.get("extensions", {}):
        await _answer(send, decision.status, headers, kind="websocket.http.response")
    else:
        await send({"type": "websocket.close", "code": 1008})


async def answer_metadata(resource: ProtectedResource | None, scope: Scope, send: Send) -> None:
    """Answer a request for protected resource metadata (RFC 9728, 3), with CORS for any origin."""
    method = scope["method"]
    if method == "OPTIONS":
        await _answer(send, 204, _PREFLIGHT)
    elif resource is None:
        await _answer(send, 404, _CORS)
    elif method in {"GET", "HEAD"}:
        headers = _CORS | {"content-type": "application/json", "cache-control": "max-age=60"}
        body = json.dumps(resource_metadata(resource)).encode()
        await _answer(send, 200, headers, body, without_body=method == "HEAD")
    else:
        await _answer(send, 405, _CORS | {"allow": "GET, HEAD, OPTIONS"})


async def answer_readiness(readiness: Readiness, scope: Scope, send: Send) -> None:
    """Answer a readiness probe: 200 or 503, and one word. The log has the details."""
    status = "unready" if not readiness.ready else "degraded" if readiness.alarms else "ready"
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    body = json.dumps({"status": status}).encode()
    await _answer(
        send, 200 if readiness.ready else 503, headers, body, without_body=scope["method"] == "HEAD"
    )


async def _answer(
    send: Send,
    status: int,
    headers: dict[str, str],
    body: bytes = b"",
    *,
    without_body: bool = False,
    kind: str = "http.response",
) -> None:
    all_headers = headers if status == 204 else headers | {"content-length": str(len(body))}
    await send(
        {
            "type": f"{kind}.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in all_headers.items()],
        }
    )
    await send({"type": f"{kind}.body", "body": b"" if without_body else body})
