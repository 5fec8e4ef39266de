"""Requests to authorization servers: retries, time limits and error messages."""

from __future__ import annotations

import logging
import socket
import ssl
import time

import httpx
import pytest

from flow_mcp.authorization_servers.errors import UnreachableError
from flow_mcp.authorization_servers.http import http_client, json_object, send
from tests.unit.authorization_servers.network import Answer, StandIn, caused

URL = "https://id.example"
OK = httpx.Response(200, text="fine")


def request(stand_in: StandIn, method: str = "GET") -> httpx.Response:
    with http_client(URL, stand_in) as client:
        return send(client, method, "/", server=f"The server at {URL}")


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("dropped"),
    ],
)
def test_transient_failures_are_retried(failure: Answer, waits: list[float]) -> None:
    stand_in = StandIn({"GET /": [failure, failure, OK]})
    assert request(stand_in).text == "fine"
    assert len(stand_in.requests) == 3
    assert waits == [0.5, 1.0]


def test_retries_end_after_four_attempts(waits: list[float]) -> None:
    stand_in = StandIn({"GET /": httpx.Response(503)})
    assert request(stand_in).status_code == 503
    assert len(stand_in.requests) == 4
    assert sum(waits) == 3.5


@pytest.mark.parametrize(("retry_after", "wait"), [(None, 0.5), ("7", 7.0), ("soon", 0.5)])
def test_status_429_is_retried_after_the_requested_time(
    retry_after: str | None, wait: float, waits: list[float]
) -> None:
    throttled = httpx.Response(429, headers={"Retry-After": retry_after} if retry_after else {})
    assert request(StandIn({"POST /": [throttled, OK]}), "POST").text == "fine"
    assert waits == [wait]


def test_status_429_of_auth0_is_retried_when_its_limit_is_reset(waits: list[float]) -> None:
    throttled = httpx.Response(429, headers={"x-ratelimit-reset": str(int(time.time()) + 10)})
    assert request(StandIn({"GET /": [throttled, OK]})).text == "fine"
    [wait] = waits
    assert 5 < wait <= 10


def test_status_429_with_a_long_retry_after_is_final(waits: list[float]) -> None:
    throttled = httpx.Response(429, headers={"Retry-After": "3600"})
    assert request(StandIn({"GET /": throttled})).status_code == 429
    assert waits == []


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(404)])
def test_other_responses_are_not_retried(answer: httpx.Response) -> None:
    stand_in = StandIn({"GET /": answer})
    assert request(stand_in).status_code == answer.status_code
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ReadError("reset")])
def test_post_that_the_server_may_have_carried_out_is_not_retried(answer: Answer) -> None:
    stand_in = StandIn({"POST /": answer})
    if isinstance(answer, Exception):
        with pytest.raises(UnreachableError):
            request(stand_in, "POST")
    else:
        assert request(stand_in, "POST").status_code == 503
    assert len(stand_in.requests) == 1


def test_post_that_never_reached_the_server_is_retried() -> None:
    stand_in = StandIn({"POST /": [httpx.ConnectError("refused"), OK]})
    assert request(stand_in, "POST").text == "fine"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "refused")), "connection refused"),
        (caused(httpx.ConnectError("x"), socket.gaierror(-2, "Name not known")), "Name not known"),
        (caused(httpx.ConnectError("x"), ssl.SSLError(1, "[SSL] x", "y")), "no TLS connection"),
        (httpx.ConnectTimeout(""), "no response within the time limit"),
        (httpx.ReadTimeout("The read operation timed out"), "no response within the time limit"),
        (httpx.UnsupportedProtocol("unsupported protocol"), "unsupported protocol"),
    ],
)
def test_unreachable_error_names_server_reason_and_remedy(error: httpx.HTTPError, reason: str) -> None:
    with pytest.raises(UnreachableError) as raised:
        request(StandIn({"GET /": error}))
    message = str(raised.value)
    assert message.startswith(f"The server at {URL} cannot be reached: {reason}")
    assert message.endswith(
        "Check that it is running, that its address is correct and that this machine can connect to it."
    )


def test_retries_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "flow_mcp"):
        request(StandIn({"GET /": [httpx.Response(503), OK]}))
    assert caplog.messages == [f"waiting for The server at {URL} (attempt 2 of 4)"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, json={"a": 1}), {"a": 1}),
        (httpx.Response(200, json=[1]), {}),
        (httpx.Response(200, text="<html>"), {}),
        (httpx.Response(200, content=b"\xff\xfe\xfa"), {}),
    ],
)
def test_json_object_is_empty_for_other_bodies(answer: httpx.Response, expected: dict[str, int]) -> None:
    assert json_object(answer) == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "[fe80::1]"])
def test_addresses_of_this_machine_and_link_are_called_without_a_proxy(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    with http_client(f"http://{host}:8080") as client:
        assert not client.trust_env
    with http_client("http://id.example") as client:
        assert client.trust_env


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_status_429_is_retried_for_every_method(method: str, waits: list[float]) -> None:
    stand_in = StandIn({f"{method} /": [httpx.Response(429, headers={"Retry-After": "7"}), OK]})
    assert request(stand_in, method).text == "fine"
    assert waits == [7.0]


def test_status_429_with_a_long_retry_after_is_sent_once(waits: list[float]) -> None:
    stand_in = StandIn({"GET /": httpx.Response(429, headers={"Retry-After": "3600"})})
    assert request(stand_in).status_code == 429
    assert len(stand_in.requests) == 1
    assert waits == []
