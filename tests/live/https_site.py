"""An HTTPS site on this machine, from which an authorization server fetches documents."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.live.authority import Authority


class Site:
    """The JSON pages of the site: `pages` maps paths to bodies and can change at any time.

    `url` is `https://localhost:<port>`; `requests` are the paths that were asked for, in order.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, bytes] = {}
        self.requests: list[str] = []


@contextmanager
def https_site(authority: Authority) -> Iterator[Site]:
    """Serve a site on 127.0.0.1 with a certificate of the authority."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.requests.append(self.path)
            body = site.pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's signature
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = authority.server_context().wrap_socket(server.socket, server_side=True)
        site = Site(f"https://localhost:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
