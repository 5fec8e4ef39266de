"""What the middleware answers for itself."""

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

# MCP clients in browsers read the metadata before they have a token, and send headers such as
# MCP-Protocol-Version that browsers ask about first. The document is public.
_CORS = {"access-control-allow-origin": "*"}
_PREFLIGHT = _CORS | {
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "*",
    "access-control-max-age": "3600",
}


async def deny(decision: Decision, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a refused call: status and challenge, and nothing of the reason."""
    headers = {
        "www-authenticate": decision.challenge or bearer_challenge(),
        "cache-control": "no-store",
    }
    if scope["type"] == "http":
        await _answer(send, decision.status, headers)
        return
    await receive()  # websocket.connect, before which nothing may be sent
    if "websocket.http.response" in scope.get("extensions", {}):
        await _answer(send, decision.status, headers, kind="websocket.http.response")
    else:
        await send({"type": "websocket.close", "code": 1008})


async def tell_metadata(resource: ProtectedResource | None, scope: Scope, send: Send) -> None:
    """Answer at a metadata address (RFC 9728, 3), for browsers of any origin."""
    method = scope["method"]
    if method == "OPTIONS":
        await _answer(send, 204, _PREFLIGHT)
    elif resource is None:
        await _answer(send, 404, _CORS)
    elif method in {"GET", "HEAD"}:
        headers = _CORS | {"content-type": "application/json", "cache-control": "max-age=60"}
        body = json.dumps(resource_metadata(resource)).encode()
        await _answer(send, 200, headers, body, only_head=method == "HEAD")
    else:
        await _answer(send, 405, _CORS | {"allow": "GET, HEAD, OPTIONS"})


async def tell_readiness(readiness: Readiness, scope: Scope, send: Send) -> None:
    """Answer a probe: 200 or 503, and a word. Whose settings are wrong stands in the log."""
    status = "unready" if not readiness.ready else "degraded" if readiness.alarms else "ready"
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    body = json.dumps({"status": status}).encode()
    await _answer(send, 200 if readiness.ready else 503, headers, body, only_head=scope["method"] == "HEAD")


async def _answer(
    send: Send,
    status: int,
    headers: dict[str, str],
    body: bytes = b"",
    *,
    only_head: bool = False,
    kind: str = "http.response",
) -> None:
    whole = headers if status == 204 else headers | {"content-length": str(len(body))}
    await send(
        {
            "type": f"{kind}.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in whole.items()],
        }
    )
    await send({"type": f"{kind}.body", "body": b"" if only_head else body})
