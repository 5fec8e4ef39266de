"""A program that calls a guarded MCP server all the time, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

import httpx

from flow_mcp.operations.token_client import fetch_program_token
from flow_mcp.settings import AuthorizationServer, Client

_CALLS_PER_TOKEN = 10
_SECONDS_BETWEEN_CALLS = 0.05
_SECONDS = 60


class CallingClient:
    """A program with credentials at one or two authorization servers.

    For each token it reads the server's metadata, and uses the first authorization server of which it has
    credentials (RFC 9728, section 3.2).

    Attributes:
        calls: the number of calls by authority and status.
        failures: statuses other than 200, and errors, in their order.
    """

    def __init__(self, resource: str, metadata: str) -> None:
        self.calls: Counter[tuple[str, int]] = Counter()
        self.failures: list[str] = []
        self._resource, self._metadata = resource, metadata
        self._credentials: dict[str, tuple[Client, str]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def add(self, server: AuthorizationServer, name: str, secret: str) -> None:
        """Configure the program's credentials at an authorization server."""
        client = next(client for client in server.clients if client.name == name)
        self._credentials = {**self._credentials, server.authority: (client, secret)}

    def remove(self, authority: str) -> None:
        """Remove the program's credentials at an authorization server."""
        self._credentials = {key: value for key, value in self._credentials.items() if key != authority}

    def wait(self, authority: str, calls: int = 20) -> None:
        """Wait until the program has made this number of further calls with tokens of an authority."""
        wanted, end = self.calls[authority, 200] + calls, time.monotonic() + _SECONDS
        while self.calls[authority, 200] < wanted:
            assert not self.failures, self.failures[:3]
            assert time.monotonic() < end, f"no calls with tokens of {authority}: {self.calls}"
            self._stopping.wait(0.05)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        with httpx.Client(trust_env=False, timeout=30) as http:
            while not self._stopping.is_set():
                try:
                    self._call_with_one_token(http)
                except Exception as error:
                    # A test reports it: an error in a thread would otherwise be lost.
                    self.failures.append(f"{type(error).__name__}: {error}")

    def _call_with_one_token(self, http: httpx.Client) -> None:
        servers = http.get(self._metadata).raise_for_status().json()["authorization_servers"]
        authority = next(server for server in servers if server in self._credentials)
        client, secret = self._credentials[authority]
        request = next(item for item in client.token_requests if item.resource == self._resource)
        token = fetch_program_token(http, client, request, secret)
        for _ in range(_CALLS_PER_TOKEN):
            if self._stopping.wait(_SECONDS_BETWEEN_CALLS):
                return
            status = http.get(self._resource, headers={"Authorization": f"Bearer {token}"}).status_code
            self.calls[authority, status] += 1
            if status != httpx.codes.OK:
                self.failures.append(f"{status} with a token of {authority}")
