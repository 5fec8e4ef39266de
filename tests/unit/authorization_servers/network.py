"""An HTTP transport with prepared responses, for tests without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

Answer = httpx.Response | Exception


class StandIn(httpx.BaseTransport):
    """Answers requests by method and path. The answers of a list are used in order, the last one repeatedly.

    Attributes:
        requests: method and path with query of each request, in order.
        bodies: the body of each request, in order.
    """

    def __init__(self, answers: Mapping[str, Answer | list[Answer]]) -> None:
        self._answers = {key: value if isinstance(value, list) else [value] for key, value in answers.items()}
        self.requests: list[str] = []
        self.bodies: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        requested = f"{request.method} {request.url.raw_path.decode()}"
        self.requests.append(requested)
        self.bodies.append(request.read().decode())
        answers = (
            self._answers.get(requested) or self._answers.get("*") or [httpx.Response(404, text="not here")]
        )
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response may be returned more than once, but its stream can be read only once.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def json_answer(status: int, body: Any) -> httpx.Response:
    """Return a response with a JSON body."""
    return httpx.Response(status, json=body)


def caused(error: httpx.HTTPError, cause: Exception) -> httpx.HTTPError:
    """Return the error with a cause, as httpx raises it when a lower layer fails."""
    error.__cause__ = cause
    return error
