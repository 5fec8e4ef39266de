"""Send the requests of a verification: one attempt each, with limits, and over https only."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx

from flow_mcp.authorization_servers.http import http_client, json_object
from flow_mcp.common.deadline import within
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.base import is_loopback

_TIMEOUT = httpx.Timeout(15, connect=5)
_SECONDS = 20.0
"""Time limit for a request and its whole answer."""
_MAX_BYTES = 1024 * 1024


class NoAnswerError(FlowMcpError):
    """The server gave no usable answer, which a check reports."""


class Web:
    """An HTTP client that sends no further requests to a host that did not answer.

    Args:
        transport: HTTP transport for tests.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport
        self._clients: dict[str, httpx.Client] = {}
        self._dead: dict[str, str] = {}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def client(self, url: str) -> httpx.Client:
        """Return the HTTP client for a URL's host.

        Raises:
            NoAnswerError: the URL is neither https nor http on this machine.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise NoAnswerError(f"{url:.200} is not https, so no request was sent")
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._clients:
            self._clients[origin] = http_client(origin, self._transport)
        return self._clients[origin]

    def ask(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        """Send a request and return the answer of any status; redirects are not followed.

        Raises:
            NoAnswerError: the server did not answer, or the answer is too large.
        """
        client = self.client(url)
        origin = urlsplit(url).netloc
        if origin in self._dead:
            raise NoAnswerError(self._dead[origin])
        try:
            with within(_SECONDS), client.stream(method, url, timeout=_TIMEOUT, **arguments) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > _MAX_BYTES:
                        raise NoAnswerError(f"{url:.200} answered more than {_MAX_BYTES} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = f"{origin} does not answer: {str(error) or type(error).__name__}"
            if isinstance(error, httpx.TransportError):
                self._dead[origin] = message
            raise NoAnswerError(message) from error
        headers = [
            (name, value) for name, value in answer.headers.multi_items() if name not in _TRANSFER_HEADERS
        ]
        return httpx.Response(
            answer.status_code, headers=headers, content=bytes(body), request=answer.request
        )

    def json(self, url: str) -> dict[str, Any]:
        """Fetch the JSON object at an address.

        Raises:
            NoAnswerError: the address has none.
        """
        answer = self.ask("GET", url, headers={"Accept": "application/json"})
        if answer.status_code != httpx.codes.OK:
            raise NoAnswerError(describe_answer(answer))
        try:
            body = json.loads(answer.content)
        except (ValueError, RecursionError):
            raise NoAnswerError("the answer is not JSON") from None
        if not isinstance(body, dict):
            raise NoAnswerError("the answer is not a JSON object")
        return body


def describe_answer(answer: httpx.Response) -> str:
    """Return status and error of an answer (RFC 6749, 5.2; RFC 7591, 3.2.2)."""
    body = json_object(answer)
    error, description = body.get("error"), body.get("error_description")
    parts = [f"answered {answer.status_code}", *(str(part)[:300] for part in (error, description) if part)]
    return ", ".join(parts)


_TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that describe the encoded body; they are removed, because the body is decoded already."""
