"""A git forge in place of GitHub or GitLab: repositories over HTTPS, served by git's own CGI program.

Pulumi's engine accepts only `https` for git, and names directories after the host and the port; a virtual
environment cannot be in a directory with a colon in its name. The forge therefore is a proxy that answers for
`forge.example` at the usual port, and passes connections to other hosts on.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.live.authority import Authority

HOST = "forge.example"


class _Handler(BaseHTTPRequestHandler):
    repositories: Path
    tls: ssl.SSLContext

    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        if host != HOST:
            self._pass_on(host, int(port))
            return
        self.send_response(200)
        self.end_headers()
        with self.tls.wrap_socket(self.connection, server_side=True) as connection:
            type(self)(connection, self.client_address, self.server)

    def _pass_on(self, host: str, port: int) -> None:
        with socket.create_connection((host, port), timeout=60) as upstream:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_copy, args=(upstream, self.connection))
            back.start()
            _copy(self.connection, upstream)
            back.join()

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        url = urlsplit(self.path)
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        answer = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=True
        )
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep the log of requests out of the tests' output."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy what one side sends until it ends, and tell the other side so."""
    with suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def forge(authority: Authority, repositories: Path) -> Iterator[str]:
    """Serve the bare repositories in a directory at `https://forge.example/`.

    Yields:
        The address of the proxy through which the forge is reached, for `HTTPS_PROXY`.
    """
    tls = authority.server_context(HOST)
    handler = type("Handler", (_Handler,), {"repositories": repositories, "tls": tls})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
