"""A proxy in front of Keycloak that stops answering at a chosen request, or for a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_WRITES = frozenset({"POST", "PUT", "DELETE"})
_DROPPED = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})


class Proxy:
    """Forwards requests to a server.

    Args:
        target: the server's base URL.

    Attributes:
        url: the proxy's base URL.
    """

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._on_write: Callable[[str], bool] = lambda _: False
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.url = ""

    def after_write(self, pattern: str, action: Callable[[], None]) -> None:
        """Call an action after Keycloak has carried out a write, before the client has the answer.

        Args:
            pattern: regular expression for the method and path of the write, such as `POST .*/clients$`.
            action: called for the first such write, which is not answered.
        """
        done = threading.Event()

        def on_write(write: str) -> bool:
            matches = not done.is_set() and bool(re.search(pattern, write))
            if matches:
                done.set()
                action()
            return matches

        self._on_write = on_write

    def forward_all(self) -> None:
        """Answer all requests again."""
        self._on_write = lambda _: False

    @contextmanager
    def serving(self) -> Iterator[Proxy]:
        """Serve on a free port of 127.0.0.1."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Accept connections, after a stop on the same port."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True  # the client was killed

            def _forward(self) -> None:
                proxy._serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self._port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections, and answer no request of the existing ones."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = _body(request)
        if not self._server:
            request.close_connection = True
            return
        is_write = request.command in _WRITES and request.path.startswith("/admin/")
        connection = HTTPConnection(self._target.hostname or "", self._target.port, timeout=600)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() not in _DROPPED}
            connection.request(request.command, request.path, body, {**headers, "Host": self._target.netloc})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            request.close_connection = True
            return
        finally:
            connection.close()
        # The program also sends requests that Keycloak rejects, to find out what the administrator may do.
        if is_write and answer.status < 300 and self._on_write(f"{request.command} {request.path}"):
            request.close_connection = True
            return
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _DROPPED:
                request.send_header(name, value)
        if answer.status != 204:
            request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))
    body = b""
    while size := int(request.rfile.readline(), 16):  # RFC 9112, section 7.1
        body += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return body
