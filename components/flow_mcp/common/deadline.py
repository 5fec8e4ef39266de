"""A time limit for a whole HTTP exchange.

httpx limits each connect, read and write separately: a server that sends one byte at a time can hold a
request indefinitely, and name resolution has no limit at all. This module limits name resolution, connect,
TLS handshake and each read and write to the time that is left.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from threading import Lock, Thread
from typing import Any

import httpcore
import httpx
from httpcore._backends.sync import TLSinTLSStream
from httpcore._exceptions import map_exceptions

Clock = Callable[[], float]
_Resolve = Callable[[str, int], list[str]]

_end: ContextVar[tuple[float, Clock] | None] = ContextVar("end of the exchange", default=None)


@contextmanager
def within(seconds: float, clock: Clock = time.monotonic) -> Iterator[None]:
    """Limit the total time of all requests in this block that use a client of `limited_client`.

    A nested block cannot extend the limit of the outer one.

    Args:
        seconds: time until the last byte of the last answer. After it, `httpx.TimeoutException` is raised.
        clock: returns monotonic time in seconds.
    """
    outer, end = _end.get(), clock() + seconds
    token = _end.set((min(end, outer[0]), clock) if outer else (end, clock))
    try:
        yield
    finally:
        _end.reset(token)


def limited_client(**options: Any) -> httpx.Client:
    """Create an `httpx.Client` with the given options that applies the limit of `within`.

    A `transport` in the options is used unchanged, without the limit.
    """
    client = httpx.Client(**options)
    # httpx has no option for the network backend of its connection pools (encode/httpx, discussion 1633).
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001
        if isinstance(transport, httpx.HTTPTransport):
            transport._pool._network_backend = LimitedBackend()  # noqa: SLF001
    return client


class LimitedBackend(httpcore.NetworkBackend):
    """A network backend whose operations end at the limit of `within`.

    Args:
        backend: opens the connections.
        resolve: returns the addresses of a host; it needs no limit of its own.
    """

    def __init__(
        self, backend: httpcore.NetworkBackend | None = None, resolve: _Resolve | None = None
    ) -> None:
        self._backend = backend or httpcore.SyncBackend()
        self._resolve = resolve or _addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        addresses = _resolved(self._resolve, host, port, _left(timeout, httpcore.ConnectTimeout))
        for untried, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            left = _left(timeout, httpcore.ConnectTimeout)
            # An address that does not answer (IPv6 without a route) must leave time for the next address.
            share = None if left is None else left / untried
            try:
                return _LimitedStream(
                    self._backend.connect_tcp(address, port, share, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")


class _LimitedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        outer = self._stream.get_extra_info("socket")
        if not isinstance(outer, ssl.SSLSocket):
            return _LimitedStream(self._stream.start_tls(ssl_context, server_hostname, left))
        try:
            with map_exceptions({TimeoutError: httpcore.ConnectTimeout, OSError: httpcore.ConnectError}):
                return _LimitedStream(
                    TLSinTLSStream(_LimitedSocket(outer), ssl_context, server_hostname, left)  # type: ignore[arg-type]
                )
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _LimitedSocket:
    """The connection to an https proxy.

    For TLS within TLS, httpcore reads until it has a complete record, so each single read needs the limit.
    """

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._timeout: float | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def recv(self, size: int) -> bytes:
        self._connection.settimeout(_left(self._timeout, TimeoutError))
        return self._connection.recv(size)

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(_left(self._timeout, TimeoutError))
        self._connection.sendall(data)


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    """Return an operation's time limit: its own timeout, or the exchange's remaining time if that is less."""
    if (limit := _end.get()) is None:
        return timeout
    end, clock = limit
    if (left := end - clock()) <= 0:
        raise error("no complete answer within the time limit")
    return left if timeout is None else min(left, timeout)


def _addresses(host: str, port: int) -> list[str]:
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in entries))


# One look-up per host: repeated requests for a name that no resolver answers must not use up threads.
_lookups: dict[tuple[_Resolve, str, int], Future[list[str]]] = {}
_lookups_lock = Lock()


def _resolved(resolve: _Resolve, host: str, port: int, timeout: float | None) -> list[str]:
    """Return the addresses of a host. After a timeout the resolver's thread goes on: it cannot be stopped."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    key = (resolve, host, port)
    with _lookups_lock:
        lookup = _lookups.get(key)
        if lookup is None:
            lookup = _lookups[key] = Future()
            Thread(target=_look_up, args=(key, lookup), name=f"resolving {host}", daemon=True).start()
    try:
        return lookup.result(timeout)
    except FutureTimeoutError:
        raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from None
    except OSError as error:
        raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error.strerror}") from error
    except UnicodeError as error:  # an empty label, or one of more than 63 characters
        raise httpcore.ConnectError(f"{host} is not a valid host name") from error


def _look_up(key: tuple[_Resolve, str, int], lookup: Future[list[str]]) -> None:
    resolve, host, port = key
    try:
        lookup.set_result(resolve(host, port))
    except BaseException as error:
        lookup.set_exception(error)
    finally:
        with _lookups_lock:
            _lookups.pop(key, None)


def _after_fork() -> None:
    """Discard the look-ups of the parent process, whose threads do not exist in the child."""
    global _lookups_lock
    _lookups_lock = Lock()
    _lookups.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
