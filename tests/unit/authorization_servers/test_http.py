"""Requests are repeated where that is safe, a few times, and end with a sentence."""

from __future__ import annotations

import logging
import socket
import ssl

import httpx
import pytest

from flow_mcp.authorization_servers.errors import UnreachableError
from flow_mcp.authorization_servers.http import http_client, json_object, send
from tests.unit.authorization_servers.network import Answer, StandIn, caused

URL = "https://id.example"
OK = httpx.Response(200, text="fine")


def ask(stand_in: StandIn, method: str = "GET") -> httpx.Response:
    with http_client(URL, stand_in) as client:
        return send(client, method, "/", who=f"The server at {URL}")


@pytest.mark.parametrize(
    "passing",
    [
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("dropped"),
    ],
)
def test_what_passes_is_waited_for(passing: Answer, waits: list[float]) -> None:
    stand_in = StandIn({"GET /": [passing, passing, OK]})
    assert ask(stand_in).text == "fine"
    assert len(stand_in.requests) == 3
    assert waits == [0.5, 1.0]


def test_it_ends_after_four_attempts(waits: list[float]) -> None:
    stand_in = StandIn({"GET /": httpx.Response(503)})
    assert ask(stand_in).status_code == 503
    assert len(stand_in.requests) == 4
    assert sum(waits) == 3.5


@pytest.mark.parametrize(("asked", "waited"), [(None, 0.5), ("7", 7.0), ("soon", 0.5)])
def test_too_many_requests_are_sent_again_when_the_server_asks_for_it(
    asked: str | None, waited: float, waits: list[float]
) -> None:
    refused = httpx.Response(429, headers={"Retry-After": asked} if asked else {})
    assert ask(StandIn({"POST /": [refused, OK]}), "POST").text == "fine"
    assert waits == [waited]


def test_a_server_that_asks_to_wait_long_is_not_waited_for(waits: list[float]) -> None:
    refused = httpx.Response(429, headers={"Retry-After": "3600"})
    assert ask(StandIn({"GET /": refused})).status_code == 429
    assert waits == []


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(404)])
def test_other_answers_are_final(answer: httpx.Response) -> None:
    stand_in = StandIn({"GET /": answer})
    assert ask(stand_in).status_code == answer.status_code
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ReadError("reset")])
def test_what_may_have_happened_is_not_repeated(answer: Answer) -> None:
    stand_in = StandIn({"POST /": answer})
    if isinstance(answer, Exception):
        with pytest.raises(UnreachableError):
            ask(stand_in, "POST")
    else:
        assert ask(stand_in, "POST").status_code == 503
    assert len(stand_in.requests) == 1


def test_what_cannot_have_happened_is_repeated_in_any_case() -> None:
    stand_in = StandIn({"POST /": [httpx.ConnectError("refused"), OK]})
    assert ask(stand_in, "POST").text == "fine"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "refused")), "connection refused"),
        (caused(httpx.ConnectError("x"), socket.gaierror(-2, "Name not known")), "Name not known"),
        (caused(httpx.ConnectError("x"), ssl.SSLError(1, "[SSL] x", "y")), "no TLS connection"),
        (httpx.ConnectTimeout(""), "no answer in time"),
        (httpx.ReadTimeout("The read operation timed out"), "no answer in time"),
        (httpx.UnsupportedProtocol("unsupported protocol"), "unsupported protocol"),
    ],
)
def test_the_sentence_names_server_and_reason(error: httpx.HTTPError, reason: str) -> None:
    with pytest.raises(UnreachableError) as raised:
        ask(StandIn({"GET /": error}))
    said = str(raised.value)
    assert said.startswith(f"The server at {URL} cannot be reached: {reason}")
    assert said.endswith("Check that it runs, that its address is right and that this machine may reach it.")


def test_waiting_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "flow_mcp"):
        ask(StandIn({"GET /": [httpx.Response(503), OK]}))
    assert caplog.messages == [f"waiting for The server at {URL} (attempt 2 of 4)"]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (httpx.Response(200, json={"a": 1}), {"a": 1}),
        (httpx.Response(200, json=[1]), {}),
        (httpx.Response(200, text="<html>"), {}),
        (httpx.Response(200, content=b"\xff\xfe\xfa"), {}),
    ],
)
def test_only_a_json_object_is_one(answer: httpx.Response, found: dict[str, int]) -> None:
    assert json_object(answer) == found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_no_proxy_stands_between_this_machine_and_itself(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    with http_client(f"http://{host}:8080") as client:
        assert not client.trust_env
    with http_client("http://id.example") as client:
        assert client.trust_env


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_too_many_requests_are_repeated_when_the_server_says(method: str, waits: list[float]) -> None:
    stand_in = StandIn({f"{method} /": [httpx.Response(429, headers={"Retry-After": "7"}), OK]})
    assert ask(stand_in, method).text == "fine"
    assert waits == [7.0]


def test_a_wait_that_is_too_long_is_not_taken(waits: list[float]) -> None:
    stand_in = StandIn({"GET /": httpx.Response(429, headers={"Retry-After": "3600"})})
    assert ask(stand_in).status_code == 429
    assert len(stand_in.requests) == 1
    assert waits == []
