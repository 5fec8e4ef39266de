"""Call an ASGI application without a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import anyio

from flow_mcp.runtime.asgi_answers import App, Message, Receive, Scope, Send

Headers = Sequence[tuple[bytes, bytes]]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Application:
    """An application that answers 204 and records the scopes."""

    scopes: list[Scope] = field(default_factory=list)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})


def scope_of(url: str, headers: Headers = (), **changes: object) -> Scope:
    """Return an ASGI scope as servers create it, with decoded and raw path."""
    path, query = urlsplit(url).path, urlsplit(url).query
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    return {name: value for name, value in (scope | changes).items() if value is not None}


def bearer(text: str) -> Headers:
    return [(b"authorization", b"Bearer " + text.encode())]


def call(app: App, url: str, headers: Headers = (), **changes: object) -> Answer:
    """Make one call and return its complete answer."""
    start, *rest = messages(app, scope_of(url, headers, **changes))
    assert start["type"] == "http.response.start"
    assert [message["type"] for message in rest] == ["http.response.body"]
    names = [name for name, _ in start["headers"]]
    assert len(set(names)) == len(names)
    headers_given = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers_given, rest[0].get("body", b""))


def messages(app: App, scope: Scope) -> list[Message]:
    """Return all messages that the application sends."""
    sent: list[Message] = []

    async def receive() -> Message:
        connecting = scope["type"] == "websocket"
        return {"type": "websocket.connect"} if connecting else {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(app, scope, receive, send)
    return sent
