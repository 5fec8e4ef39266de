"""Tests of the middleware behind a real HTTP server, with raw requests."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from flow_mcp.runtime import KeyCache
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.runtime.tenants import Tenants
from tests.unit.runtime import acme
from tests.unit.runtime.acme import NOW, PRODUCTION, TEST, WELL_KNOWN, token
from tests.unit.runtime.asgi_call import Application
from tests.unit.runtime.network import FakeServer
from tests.unit.runtime.serving import serving

HOST = "https://app.profitbase.biz"
PATH = PRODUCTION.removeprefix(HOST).encode()
GOOD = b"Authorization: Bearer " + token().encode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with FakeServer().client() as client:
        tenants = Tenants([acme.settings()], KeyCache(client), lambda: NOW)
        app = ProtectedResourceMiddleware(Application(), tenants, base_url=HOST, readiness_path="/readyz")
        with serving(app) as port:
            yield port


def answer(port: int, path: bytes, *headers: bytes, method: bytes = b"POST") -> tuple[int, str]:
    """Send a raw request and return the answer's status and challenge."""
    request = b"\r\n".join(
        [method + b" " + path + b" HTTP/1.1", b"Host: evil.example", b"Connection: close", *headers, b"", b""]
    )
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        received = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
    challenge = re.search(r"(?mi)^www-authenticate: (.*)\r$", received)
    return int(received.split(" ")[1]), challenge[1] if challenge else ""


NO_TOKEN = (401, f'Bearer resource_metadata="{WELL_KNOWN}", scope="mcp-456-production flow"')
INVALID = (
    401,
    f'Bearer error="invalid_token", resource_metadata="{WELL_KNOWN}", scope="mcp-456-production flow"',
)
NOWHERE = (401, 'Bearer realm="Flow MCP"')


def test_a_valid_token_is_allowed(port: int) -> None:
    assert answer(port, PATH, GOOD) == (204, "")
    assert answer(port, PATH + b"/x%20y?a=b", GOOD) == (204, "")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([], NO_TOKEN, id="none"),
        pytest.param([GOOD, GOOD], INVALID, id="two"),
        pytest.param([GOOD, b"authorization: Basic YTpi"], INVALID, id="two kinds"),
        pytest.param([b"Authorization: Bearer \xff\xfe.\xff.\xff"], INVALID, id="no UTF-8"),
        pytest.param([b"Authorization: Bearer " + b"x" * 1_000_000], INVALID, id="a megabyte"),
        pytest.param([GOOD + b"x" * 1_000_000], INVALID, id="a megabyte more"),
    ],
)
def test_other_headers_get_the_challenge(port: int, headers: list[bytes], expected: tuple[int, str]) -> None:
    assert answer(port, PATH, *headers) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(PATH + b"?access_token=x", INVALID, id="a token in the query"),
        pytest.param(PATH + b"2", NOWHERE, id="a neighbour"),
        pytest.param(TEST.removeprefix(HOST).encode() + b"/../production", NOWHERE, id="dot segments"),
        pytest.param(TEST.removeprefix(HOST).encode() + b"/..%2Fproduction", NOWHERE, id="an escaped slash"),
        pytest.param(PATH.replace(b"production", b"%70roduction"), NOWHERE, id="an escaped letter"),
        pytest.param(PATH + b"/%252e%252e/", NOWHERE, id="escaped twice"),
        pytest.param(b"/" + PATH, NOWHERE, id="two slashes"),
        pytest.param(b"https://evil.example" + PATH, NOWHERE, id="a whole URL"),
        pytest.param(b"/", NOWHERE, id="the root"),
    ],
)
def test_other_addresses_are_denied_with_a_valid_token(
    port: int, path: bytes, expected: tuple[int, str]
) -> None:
    assert answer(port, path, GOOD) == expected


def test_metadata_and_readiness_need_no_token(port: int) -> None:
    assert answer(port, WELL_KNOWN.removeprefix(HOST).encode(), method=b"GET") == (200, "")
    assert answer(port, WELL_KNOWN.removeprefix(HOST).encode(), method=b"OPTIONS") == (204, "")
    assert answer(port, b"/readyz", method=b"GET") == (200, "")
