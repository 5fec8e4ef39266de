"""The loopback redirect URI of a native application (RFC 8252, 7.3)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Callback:
    """A listener with the redirect URI `url` and the received authorization responses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: queue.Queue[dict[str, str]] = queue.Queue()

    def receive(self) -> dict[str, str] | None:
        """Return the oldest authorization response that was not returned yet; None if there is none."""
        return None if self.received.empty() else self.received.get()


@contextmanager
def callback() -> Iterator[Callback]:
    """Listen on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/callback":
                listener.received.put(dict(parse_qsl(address.query)))
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(b"You are signed in.")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's signature
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener = Callback(f"http://127.0.0.1:{server.server_port}/callback")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
