"""Measure the calls per second of a server with and without the middleware, on loopback."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import sample
from benchmarks.figures import Figure, ratios
from flow_mcp.settings import SettingsEnvelope

ROUNDS, SECONDS, WARM_UP_SECONDS = 30, 0.5, 1.0
_BODY = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "report", "arguments": {}}}
)
_KINDS = ("bare", "guarded", "audited")


class _Server:
    """A server in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._line())

    def processor_seconds(self) -> float:
        """Return the processor time of the server."""
        assert self._process.stdin is not None  # noqa: S101 it was started with a pipe
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 it was started with a pipe
        if not (line := self._process.stdout.readline()):
            raise RuntimeError("a server under load ended")
        return line


def measure() -> list[Figure]:
    """Measure three servers in turn in each round: bare, with the middleware, and with its log.

    All calls have the same token, like those of a client. Each server has its own process, and is idle while
    another is measured. The processor time of a call depends less on other load of the machine than the rate.
    """
    key = sample.signing_key()
    token = next(sample.tokens(key))
    rates: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    costs: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flow-mcp-bench-")))
        (directory / "keys").mkdir()
        (directory / "keys" / "k1.json").write_text(json.dumps(key.as_dict(private=False)))
        (directory / "acme.json").write_text(SettingsEnvelope.of(sample.settings(), 1).to_json())
        servers = {kind: stack.enter_context(_serving(kind, directory)) for kind in _KINDS}
        for server in servers.values():
            _load(server.port, WARM_UP_SECONDS, token)
        for _ in range(ROUNDS):
            for kind, server in servers.items():
                before = server.processor_seconds()
                rate, calls = _load(server.port, SECONDS, token)
                rates[kind].append(rate)
                costs[kind].append((server.processor_seconds() - before) / calls)
    percent = {kind: ratios([100 * rate for rate in rates[kind]], rates["bare"]) for kind in _KINDS}
    cheaper = {kind: ratios([100 * cost for cost in costs["bare"]], costs[kind]) for kind in _KINDS}
    return [
        Figure("bare server", tuple(rates["bare"]), "calls/s"),
        Figure("… processor time of a call", tuple(1e6 * cost for cost in costs["bare"]), "µs"),
        Figure("with the middleware", percent["guarded"], "% of bare", 85, at_least=True),
        Figure("… by processor time", cheaper["guarded"], "% of bare", 85, at_least=True),
        Figure("… and its log written", percent["audited"], "% of bare"),
        Figure("… … by processor time", cheaper["audited"], "% of bare"),
    ]


def generator() -> str:
    """Return the name of the load generator."""
    return "wrk" if shutil.which("wrk") else "benchmarks.load"


@contextmanager
def _serving(kind: str, directory: Path) -> Iterator[_Server]:
    command = [sys.executable, "-m", "benchmarks.server", kind, str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _Server(process)
        finally:
            process.terminate()


def _load(port: int, seconds: float, token: str) -> tuple[float, int]:
    """Return the calls per second and their number."""
    return _wrk(port, seconds, token) if shutil.which("wrk") else _own(port, seconds, token)


def _own(port: int, seconds: float, token: str) -> tuple[float, int]:
    path = sample.address("acme").removeprefix(sample.HOST)
    request = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(_BODY)}\r\n\r\n{_BODY}"
    )
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(seconds)]
    answer = subprocess.run(
        command, input=request, check=True, capture_output=True, text=True, timeout=seconds + 30
    )
    rate, calls = answer.stdout.split()
    return float(rate), int(calls)


def _wrk(port: int, seconds: float, token: str) -> tuple[float, int]:
    url = f"http://127.0.0.1:{port}{sample.address('acme').removeprefix(sample.HOST)}"
    # wrk accepts only whole seconds.
    command = [
        "wrk",
        "-t1",
        "-c16",
        f"-d{max(1, round(seconds))}s",
        "-H",
        f"Authorization: Bearer {token}",
        url,
    ]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    if "Non-2xx" in answer:
        raise RuntimeError(f"wrk received answers other than 200:\n{answer}")
    rate = re.search(r"Requests/sec:\s*([0-9.]+)", answer)
    calls = re.search(r"([0-9]+) requests in", answer)
    if rate is None or calls is None:
        raise RuntimeError(f"wrk did not print the rate:\n{answer}")
    return float(rate[1]), int(calls[1])
