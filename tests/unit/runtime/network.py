"""A fake authorization server for httpx, and a manual clock."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx

from tests.unit.runtime import acme

METADATA_URL = f"{acme.AUTHORITY}/.well-known/openid-configuration"
JWKS_URL = f"{acme.AUTHORITY}/protocol/certs"


class Clock:
    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeServer:
    """A server with an answer for each URL, and 404 for others. `down` makes all connections fail."""

    def __init__(self, *published: str) -> None:
        self.down = False
        self.requests: list[str] = []
        self.answers: dict[str, tuple[int, bytes, dict[str, str]] | Exception] = {}
        self.publish(*published or ("k1",))
        self.describe(METADATA_URL)

    def publish(self, *names: str) -> None:
        self.serve(JWKS_URL, {"keys": [acme.public(name).as_dict() for name in names]})

    def describe(self, url: str, **changes: object) -> None:
        """Serve the metadata document at a URL."""
        self.serve(url, {"issuer": acme.AUTHORITY, "jwks_uri": JWKS_URL} | changes)

    def serve(self, url: str, body: object) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[url] = 200, content, {}

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer), **options)

    def fetches(self) -> int:
        """Return the number of requests for the keys."""
        return Counter(self.requests)[JWKS_URL]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.requests.append(url)
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        answer = self.answers.get(url, (404, b"", {}))
        if isinstance(answer, Exception):
            raise answer
        status, content, headers = answer
        return httpx.Response(status, headers=headers, content=iter([content]))
