"""HTTPS servers on loopback addresses in place of a vendor's, with faults that a test can inject."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from tests.live.authority import Authority


@dataclass(frozen=True)
class Request:
    """A request of a client."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body or b"{}")
        return value

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def bearer(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def basic(self) -> tuple[str, str]:
        """Client ID and secret of HTTP Basic authentication; empty strings without it."""
        kind, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return "", ""
        user, _, password = base64.b64decode(encoded).decode().partition(":")
        return user, password


@dataclass(frozen=True)
class Answer:
    """A response: JSON in `body`, or another content in `text`."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


@dataclass
class Fault:
    """A fault of the next requests with a method and path.

    Attributes:
        method: HTTP method.
        ending: end of the path.
        answer: the response instead of the regular one; None: the connection is closed.
        done: whether the server carries out the request before.
        times: number of requests that fail.
    """

    method: str
    ending: str
    answer: Answer | None = None
    done: bool = False
    times: int = 1


class WebServer(ABC):
    """The behaviour of a server. `url` is its base URL; `requests` has all requests in order."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Carry out a request and return the response. It is called by one thread at a time."""

    def handle(self, request: Request) -> Answer | None:
        """Return the response, faults included; None if the connection must be closed."""
        with self._lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.times and fault.method == request.method and request.path.endswith(fault.ending):
                    fault.times -= 1
                    if fault.done:
                        self.answer(request)
                    return fault.answer
            return self.answer(request)


ServerT = TypeVar("ServerT", bound=WebServer)


@contextmanager
def serving(authority: Authority, make: Callable[[], ServerT]) -> Iterator[ServerT]:
    """Serve on 127.0.0.1 with a certificate of the certificate authority."""
    server = make()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(server)) as listener:
        listener.socket = authority.server_context().wrap_socket(listener.socket, server_side=True)
        server.url = f"https://localhost:{listener.server_port}"
        with _listening(listener):
            yield server


@contextmanager
def serving_by_proxy(authority: Authority, host: str, server: WebServer, *others: str) -> Iterator[str]:
    """Serve `https://<host>` and other hosts through a proxy, and yield the proxy's URL."""
    handler = _handler(server, authority.server_context(host, *others))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listener:
        server.url = f"https://{host}"
        with _listening(listener):
            yield f"http://127.0.0.1:{listener.server_port}"


@contextmanager
def _listening(listener: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        listener.shutdown()
        thread.join()


def _handler(server: WebServer, tunnel: ssl.SSLContext | None = None) -> type[BaseHTTPRequestHandler]:
    """Return a handler class. With `tunnel` it handles requests to all hosts in a CONNECT tunnel.

    Source: RFC 9110, section 9.3.6.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            if tunnel is None:
                self.send_error(405)
                return
            self.send_response(200)
            self.end_headers()
            self.connection = tunnel.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.close_connection = False

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def handle_request(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            answer = server.handle(
                Request(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    dict(self.headers.items()),
                    self.rfile.read(length),
                )
            )
            if answer is None:
                self.close_connection = True
                return
            body = b"" if answer.body is None else json.dumps(answer.body).encode()
            kind = "application/json"
            if answer.text is not None:
                body, kind = answer.text.encode(), "text/html"
            self.send_response(answer.status)
            for name, value in {"Content-Type": kind, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request  # noqa: N815 http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's signature
            pass

    return Handler
