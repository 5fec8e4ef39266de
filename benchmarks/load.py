"""A load generator that repeats one request: `python -m benchmarks.load PORT SECONDS < request`.

It replaces wrk if that is not installed. Each connection sends its next request when the previous answer is
complete. The program prints the answers per second and their number, and fails if an answer is not 200.
"""

from __future__ import annotations

import asyncio
import sys
import time

CONNECTIONS, MAX_REQUESTS = 16, 200_000


class Connection(asyncio.Protocol):
    """One connection, whose answers all have the length of the first."""

    def __init__(self, request: bytes, end: float) -> None:
        self._request = request
        self._end = end
        self._expected: int | None = None
        self._received = bytearray()
        self.answers = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what TCP has
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._expected is None and b"\r\n\r\n" in self._received:
            self._expected = _length(bytes(self._received))
        if self._expected is None or len(self._received) < self._expected:
            return
        if not self._received.startswith(b"HTTP/1.1 200 "):
            self._finish(RuntimeError(f"answered {bytes(self._received[:60])!r}"))
            return
        self._received.clear()
        self._expected = None
        self.answers += 1
        if time.perf_counter() < self._end and self.answers < MAX_REQUESTS // CONNECTIONS:
            self._transport.write(self._request)
        else:
            self._finish(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(error or ConnectionError("the server closed the connection"))

    def _finish(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self._transport.close()


def _length(received: bytes) -> int:
    head, _, _ = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(head) + 4 + int(lengths[0].split(b":")[1])


async def generate(port: int, seconds: float, request: bytes) -> tuple[float, int]:
    """Load the server; return the answers per second and their number."""
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Connection(request, start + seconds), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    answers = sum(connection.answers for _, connection in opened)
    return answers / (time.perf_counter() - start), answers


if __name__ == "__main__":
    figures = asyncio.run(generate(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.buffer.read()))
    print(*figures)  # noqa: T201 its output
