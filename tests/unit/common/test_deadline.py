"""The time limit of an HTTP exchange, with a simulated clock and slow servers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import httpcore
import httpx
import pytest

from flow_mcp.common.deadline import LimitedBackend, limited_client, within
from tests.live.authority import Authority
from tests.unit.runtime.network import Clock

STEP = 0.3
"""Seconds that each operation takes, less than the limit of a single operation."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
HINT = b"HTTP/1.1 103 Early Hints\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def endless(start: bytes, again: bytes) -> Iterator[bytes]:
    yield start
    while True:
        yield again


SLOW: dict[str, Callable[[], Iterator[bytes]]] = {
    "status line": lambda: endless(b"HTTP/1.1 200 ", b"O"),
    "headers": lambda: endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "interim answers": lambda: endless(HINT, HINT),
    "body": lambda: endless(HEAD + b"Content-Length: 1000000\r\n\r\n", b"."),
    "chunks": lambda: endless(CHUNKED, b"1\r\n.\r\n"),
    "trailers": lambda: endless(CHUNKED + b"0\r\n", b"X: y\r\n"),
}


class Server(httpcore.NetworkBackend, httpcore.NetworkStream):
    """A server that takes `STEP` seconds for each part of its answer, for connect and for the handshake."""

    def __init__(self, clock: Clock, parts: Iterable[bytes]) -> None:
        self.clock, self.parts = clock, iter(parts)
        self.connected: list[str] = []

    def _step(self, timeout: float | None, error: type[Exception]) -> None:
        if timeout is not None and timeout < STEP:
            self.clock.now += timeout
            raise error("timed out")
        self.clock.now += STEP

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: object, **__: object
    ) -> httpcore.NetworkStream:
        self.connected.append(f"{host}:{port}")
        self._step(timeout, httpcore.ConnectTimeout)
        return self

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del ssl_context, server_hostname
        self._step(timeout, httpcore.ConnectTimeout)
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._step(timeout, httpcore.ReadTimeout)
        return next(self.parts, b"")[:max_bytes]

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del buffer
        self._step(timeout, httpcore.WriteTimeout)

    def close(self) -> None:
        pass


def client(backend: httpcore.NetworkBackend) -> httpx.Client:
    made = limited_client(trust_env=False, timeout=5)
    transport: Any = made._transport
    assert isinstance(transport._pool._network_backend, LimitedBackend)
    transport._pool._network_backend = backend
    return made


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("slow", SLOW)
def test_a_server_that_sends_slowly_is_disconnected_at_the_limit(slow: str, scheme: str) -> None:
    clock = Clock()
    backend = LimitedBackend(Server(clock, SLOW[slow]()), lambda _, __: ["192.0.2.1"])
    with client(backend) as http, within(5, clock), pytest.raises(httpx.TimeoutException):
        http.get(f"{scheme}://id.example/")
    assert clock.now == pytest.approx(5)


def test_an_answer_within_the_limit_is_complete() -> None:
    clock = Clock()
    parts = [HEAD, b"Content-Length: 4\r\n\r\n", b"do", b"ne"]
    backend = LimitedBackend(Server(clock, parts), lambda _, __: ["192.0.2.1"])
    with client(backend) as http, within(5, clock):
        assert http.get("http://id.example/").text == "done"


def test_the_limit_applies_to_all_requests_of_a_block_and_a_nested_block_does_not_extend_it() -> None:
    clock = Clock()
    backend = LimitedBackend(Server(clock, SLOW["body"]()), lambda _, __: ["192.0.2.1"])
    with client(backend) as http, within(1, clock):
        with within(60, clock), pytest.raises(httpx.TimeoutException):
            http.get("http://id.example/")
        with pytest.raises(httpx.ConnectTimeout, match="no complete answer within the time limit"):
            http.get("http://other.example/")
    assert clock.now == pytest.approx(1)


def test_without_a_limit_the_clients_own_timeouts_apply() -> None:
    clock = Clock()
    parts = [HEAD, b"Content-Length: 4\r\n\r\n", b"done"]
    with client(LimitedBackend(Server(clock, parts), lambda _, __: ["192.0.2.1"])) as http:
        assert http.get("http://id.example/").text == "done"


def test_each_address_of_a_host_is_tried() -> None:
    class OnlyTheSecond(Server):
        def connect_tcp(self, host: str, *arguments: Any, **more: Any) -> httpcore.NetworkStream:
            if host == "2001:db8::1":
                raise httpcore.ConnectError("no route")
            return super().connect_tcp(host, *arguments, **more)

    server = OnlyTheSecond(Clock(), [HEAD, b"Content-Length: 0\r\n\r\n"])
    backend = LimitedBackend(server, lambda _, __: ["2001:db8::1", "192.0.2.1"])
    with client(backend) as http:
        assert http.get("http://id.example:81/").status_code == 200
    assert server.connected == ["192.0.2.1:81"]


def test_a_resolver_that_does_not_answer_is_called_once_per_host_and_not_awaited() -> None:
    calls, may_answer = [], Event()

    def resolve(host: str, port: int) -> list[str]:
        calls.append((host, port))
        assert may_answer.wait(60)
        return ["192.0.2.1"]

    backend = LimitedBackend(Server(Clock(), []), resolve)
    try:
        with client(backend) as http:
            for _ in range(3):
                with within(0.1), pytest.raises(httpx.ConnectTimeout, match=r"id\.example was not resolved"):
                    http.get("http://id.example/")
    finally:
        may_answer.set()
    assert calls == [("id.example", 80)]


def test_an_address_that_does_not_answer_leaves_time_for_the_next_address() -> None:
    class OnlyTheSecond(Server):
        def connect_tcp(
            self, host: str, port: int, timeout: float | None = None, *rest: object, **more: object
        ) -> httpcore.NetworkStream:
            if host == "2001:db8::1":
                assert timeout is not None
                self.clock.now += timeout
                raise httpcore.ConnectTimeout("timed out")
            return super().connect_tcp(host, port, timeout, *rest, **more)

    clock = Clock()
    server = OnlyTheSecond(clock, [HEAD, b"Content-Length: 0\r\n\r\n"])
    backend = LimitedBackend(server, lambda _, __: ["2001:db8::1", "192.0.2.1"])
    with client(backend) as http, within(5, clock):
        assert http.get("http://id.example/").status_code == 200


@pytest.mark.parametrize("host", ["id..example", f"{'a' * 64}.example"])
def test_an_invalid_host_name_is_a_connect_error(host: str) -> None:
    message = rf"{host} is not a valid host name"
    with limited_client(trust_env=False) as http, pytest.raises(httpx.ConnectError, match=message):
        http.get(f"http://{host}/")


def test_a_server_behind_an_https_proxy_is_disconnected_within_a_tls_record(tmp_path: Path) -> None:
    clock, authority = Clock(), Authority(tmp_path)
    trusted = ssl.create_default_context(cafile=authority.certificate)

    def serve(listener: socket.socket) -> None:
        with authority.server_context().wrap_socket(listener.accept()[0], server_side=True) as proxy:
            proxy.recv(65536)
            proxy.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            proxy.recv(65536)
            with suppress(OSError):  # cut off
                for byte in b"\x16\x03\x03\x3f\xff" + bytes(200):  # of a record of 16 KiB
                    proxy.sendall(bytes([byte]))
                    clock.now += STEP

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:
        server = threads.submit(serve, listener)
        proxy = httpx.Proxy(f"https://127.0.0.1:{listener.getsockname()[1]}", ssl_context=trusted)
        http = limited_client(proxy=proxy, verify=trusted, timeout=60)
        with http, within(5, clock), pytest.raises(httpx.ConnectTimeout):
            http.get("https://id.example/")
        server.result()
    assert clock.now > 5


def test_a_host_name_that_does_not_exist_is_a_connect_error() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError(-2, f"Name or service not known: {host}:{port}")

    backend = LimitedBackend(Server(Clock(), []), resolve)
    message = r"id\.example cannot be resolved: Name"
    with client(backend) as http, pytest.raises(httpx.ConnectError, match=message):
        http.get("http://id.example/")


def test_proxies_from_the_environment_have_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    with limited_client() as http:
        transports: list[Any] = [http._transport, *filter(None, http._mounts.values())]
        assert len(transports) == 2
        backends = [transport._pool._network_backend for transport in transports]
        assert all(isinstance(backend, LimitedBackend) for backend in backends)
