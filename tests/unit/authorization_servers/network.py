"""Stand-in servers: what they answer is written down, no network is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

Answer = httpx.Response | Exception


class StandIn(httpx.BaseTransport):
    """Answers by method and path, a list of answers one after the other; the last one again and again.

    Attributes:
        requests: what was asked, in order: method and path with query.
        bodies: the requests' bodies.
    """

    def __init__(self, answers: Mapping[str, Answer | list[Answer]]) -> None:
        self._answers = {key: value if isinstance(value, list) else [value] for key, value in answers.items()}
        self.requests: list[str] = []
        self.bodies: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.raw_path.decode()}"
        self.requests.append(asked)
        self.bodies.append(request.read().decode())
        answers = self._answers.get(asked) or self._answers.get("*") or [httpx.Response(404, text="not here")]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        # An answer can be given more than once, but its stream is read only once.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def json_answer(status: int, body: Any) -> httpx.Response:
    """An answer with a JSON body."""
    return httpx.Response(status, json=body)


def caused(error: httpx.HTTPError, cause: Exception) -> httpx.HTTPError:
    """The error as httpx raises it when a lower layer fails."""
    error.__cause__ = cause
    return error
