"""Requests of a verification: one try each, bounded, nothing sent where it could be read on the way."""

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
"""For a request and its whole answer."""
_LARGEST = 1024 * 1024


class NoAnswerError(FlowMcpError):
    """There is no usable answer: a finding of the verification, not its end."""


class Web:
    """Sends requests; a host that did not answer is not asked again.

    Args:
        transport: only for tests.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport
        self._clients: dict[str, httpx.Client] = {}
        self._dead: dict[str, str] = {}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def client(self, url: str) -> httpx.Client:
        """The client for a URL's host.

        Raises:
            NoAnswerError: the URL is not https, nor http on this machine.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise NoAnswerError(f"{url:.200} is not https: nothing is sent there")
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._clients:
            self._clients[origin] = http_client(origin, self._transport)
        return self._clients[origin]

    def ask(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        """The answer, whatever it is; redirects are not followed.

        Raises:
            NoAnswerError: there is none.
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
                    if len(body) > _LARGEST:
                        raise NoAnswerError(f"{url:.200} answered more than {_LARGEST} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = f"{origin} does not answer: {str(error) or type(error).__name__}"
            if isinstance(error, httpx.TransportError):
                self._dead[origin] = said
            raise NoAnswerError(said) from error
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in _CODED]
        return httpx.Response(
            answer.status_code, headers=headers, content=bytes(body), request=answer.request
        )

    def json(self, url: str) -> dict[str, Any]:
        """The JSON object at an address.

        Raises:
            NoAnswerError: there is none.
        """
        answer = self.ask("GET", url, headers={"Accept": "application/json"})
        if answer.status_code != httpx.codes.OK:
            raise NoAnswerError(answer_in_words(answer))
        try:
            body = json.loads(answer.content)
        except (ValueError, RecursionError):
            raise NoAnswerError("answered something that is not JSON") from None
        if not isinstance(body, dict):
            raise NoAnswerError("answered JSON that is no object")
        return body


def answer_in_words(answer: httpx.Response) -> str:
    """Status and error of an answer (RFC 6749, 5.2; RFC 7591, 3.2.2)."""
    said = json_object(answer)
    error, description = said.get("error"), said.get("error_description")
    parts = [f"answered {answer.status_code}", *(str(part)[:300] for part in (error, description) if part)]
    return ", ".join(parts)


_CODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Of the answer on the wire; its body is decoded already."""
