"""Tests of fetching an authorization server's keys."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.runtime import KeysUnavailableError, discovery_addresses, fetch_keys
from flow_mcp.runtime.discovery import DEADLINE_SECONDS, MAX_RESPONSE_BYTES
from flow_mcp.settings import AuthorizationServer
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AUTHORITY, public
from tests.unit.runtime.network import JWKS_URL, METADATA_URL, Clock, FakeServer

INSERTED_OAUTH = "https://id.acme.example/.well-known/oauth-authorization-server/realms/acme"
INSERTED_OPENID = "https://id.acme.example/.well-known/openid-configuration/realms/acme"


def server(**changes: str) -> AuthorizationServer:
    return acme.server().model_copy(update=changes)


def kids(network: FakeServer, at: AuthorizationServer | None = None) -> list[str | None]:
    with network.client() as client:
        return [key.kid for key in fetch_keys(at or server(), client, Clock())]


@pytest.mark.parametrize(
    ("authority", "metadata_url", "addresses"),
    [
        pytest.param(
            AUTHORITY, METADATA_URL, (METADATA_URL, INSERTED_OAUTH, INSERTED_OPENID), id="with a path"
        ),
        pytest.param(
            AUTHORITY,
            "https://elsewhere.example/metadata",
            ("https://elsewhere.example/metadata", INSERTED_OAUTH, INSERTED_OPENID, METADATA_URL),
            id="metadata elsewhere",
        ),
        pytest.param(
            "https://acme.eu.auth0.example/",
            "https://acme.eu.auth0.example/.well-known/openid-configuration",
            (
                "https://acme.eu.auth0.example/.well-known/openid-configuration",
                "https://acme.eu.auth0.example/.well-known/oauth-authorization-server",
            ),
            id="without a path",
        ),
    ],
)
def test_metadata_is_requested_at_the_address_in_the_settings_and_then_at_those_of_the_specification(
    authority: str, metadata_url: str, addresses: tuple[str, ...]
) -> None:
    assert discovery_addresses(server(authority=authority, metadata_url=metadata_url)) == addresses


@pytest.mark.parametrize("works", [METADATA_URL, INSERTED_OAUTH, INSERTED_OPENID])
def test_each_address_alone_is_sufficient(works: str) -> None:
    network = FakeServer()
    del network.answers[METADATA_URL]
    network.describe(works)
    assert kids(network) == ["k1"]
    tried = [METADATA_URL, INSERTED_OAUTH, INSERTED_OPENID]
    assert network.requests == [*tried[: tried.index(works) + 1], JWKS_URL]


@pytest.mark.parametrize(
    "issuer",
    [AUTHORITY + "/", AUTHORITY.replace("https", "http"), AUTHORITY.upper(), "https://evil.example", None, 7],
)
def test_metadata_of_another_issuer_is_rejected(issuer: object) -> None:
    network = FakeServer()
    network.describe(METADATA_URL, issuer=issuer)
    with pytest.raises(
        KeysUnavailableError, match=re.escape(f"the metadata's issuer {issuer!r} is not the authority")
    ):
        kids(network)
    assert JWKS_URL not in network.requests


def test_after_metadata_of_another_issuer_the_next_address_is_tried() -> None:
    network = FakeServer()
    network.describe(METADATA_URL, issuer="https://evil.example")
    network.describe(INSERTED_OPENID)
    assert kids(network) == ["k1"]


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://id.acme.example/certs",
        "http://127.0.0.1/certs",
        "http://localhost:8080/certs",
        "file:///etc/passwd",
        "ftp://id.acme.example/certs",
        "//id.acme.example/certs",
        "https://",
        "https://[half",
        "https://id.acme.example:port/certs",
        "certs",
        "",
        None,
        ["https://id.acme.example/certs"],
    ],
)
def test_keys_are_fetched_from_https_only(jwks_uri: object) -> None:
    network = FakeServer()
    network.describe(METADATA_URL, jwks_uri=jwks_uri)
    with pytest.raises(KeysUnavailableError):
        kids(network)
    assert network.requests == [METADATA_URL, INSERTED_OAUTH, INSERTED_OPENID]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "127.8.9.10"])
def test_http_is_allowed_on_loopback_for_an_authority_on_loopback(host: str) -> None:
    authority = f"http://{host}/realms/acme"
    network = FakeServer()
    network.describe(authority + "/meta", issuer=authority, jwks_uri=f"http://{host}/certs")
    network.answers[f"http://{host}/certs"] = network.answers[JWKS_URL]
    assert kids(network, server(authority=authority, metadata_url=authority + "/meta")) == ["k1"]


LOOPBACK = "http://127.0.0.1:8080/realms/acme"


@pytest.mark.parametrize(
    "jwks_uri",
    ["http://id.acme.example/certs", "http://10.0.0.1/certs", "ftp://127.0.0.1/certs", "http:///certs"],
)
def test_an_authority_on_loopback_cannot_refer_to_other_hosts_without_https(jwks_uri: str) -> None:
    network = FakeServer()
    network.describe(LOOPBACK, issuer=LOOPBACK, jwks_uri=jwks_uri)
    with pytest.raises(KeysUnavailableError, match="is not https"):
        kids(network, server(authority=LOOPBACK, metadata_url=LOOPBACK))
    assert jwks_uri not in network.requests


@pytest.mark.parametrize(
    "authority", ["http://id.acme.example/realms/acme", "http://localhost.evil.example/"]
)
def test_no_request_is_sent_with_plain_http_to_other_hosts(authority: str) -> None:
    network = FakeServer()
    with pytest.raises(KeysUnavailableError):
        kids(network, server(authority=authority, metadata_url=authority))
    assert network.requests == []


def test_redirects_are_not_followed_even_if_the_client_follows_them() -> None:
    network = FakeServer()
    network.answers[METADATA_URL] = 302, b"", {"Location": INSERTED_OAUTH + "/moved"}
    network.describe(INSERTED_OAUTH + "/moved")
    with network.client(follow_redirects=True) as client, pytest.raises(KeysUnavailableError, match="302"):
        fetch_keys(server(), client, Clock())


@pytest.mark.parametrize("url", [METADATA_URL, JWKS_URL])
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"x" * (MAX_RESPONSE_BYTES + 1), f"more than {MAX_RESPONSE_BYTES} bytes"),
        (b"<html>", "is not JSON"),
        (b"\xff\xfe\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a JSON object"),
    ],
    ids=["huge", "a page", "not text", "deep", "a list"],
)
def test_an_invalid_answer_is_rejected(url: str, body: bytes, problem: str) -> None:
    network = FakeServer()
    network.serve(url, body)
    with pytest.raises(KeysUnavailableError, match=problem):
        kids(network)


def test_a_compressed_answer_is_not_decompressed() -> None:
    network = FakeServer()
    packed = gzip.compress(json.dumps({"issuer": AUTHORITY, "x": "x" * 50_000_000}).encode())
    network.answers[METADATA_URL] = 200, packed, {"Content-Encoding": "gzip"}
    with pytest.raises(KeysUnavailableError, match="is not JSON"):
        kids(network)


def test_an_answer_that_never_ends_is_cut_off_at_the_deadline() -> None:
    clock = Clock()

    def drip() -> Iterator[bytes]:
        while True:
            clock.now += 1
            yield b" "

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=drip()))
    with (
        httpx.Client(transport=transport) as client,
        pytest.raises(KeysUnavailableError, match="no complete answer"),
    ):
        fetch_keys(server(), client, clock)
    assert clock.now <= DEADLINE_SECONDS + 1


def test_after_the_deadline_no_other_address_is_tried() -> None:
    clock = Clock()
    asked = []

    def late(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        clock.now += DEADLINE_SECONDS
        return httpx.Response(404)

    with (
        httpx.Client(transport=httpx.MockTransport(late)) as client,
        pytest.raises(KeysUnavailableError, match="limit of 5 seconds has passed"),
    ):
        fetch_keys(server(), client, clock)
    assert asked == [METADATA_URL]


def test_an_answer_may_be_as_long_as_the_limit() -> None:
    network = FakeServer()
    body = json.dumps({"keys": [public("k1").as_dict()]}).encode()
    network.serve(JWKS_URL, body + b" " * (MAX_RESPONSE_BYTES - len(body)))
    assert kids(network) == ["k1"]


def test_an_unreachable_host_gets_one_request() -> None:
    network = FakeServer()
    network.down = True
    with pytest.raises(KeysUnavailableError) as caught:
        kids(network)
    assert network.requests == [METADATA_URL]
    assert str(caught.value) == (
        f"Cannot fetch the keys of the authorization server {AUTHORITY}: {METADATA_URL}: "
        f"ConnectError at {METADATA_URL}. Check that it runs and that this machine can reach it."
    )
    assert isinstance(caught.value, FlowMcpError)


def test_an_unreachable_metadata_host_does_not_stop_requests_to_the_authority() -> None:
    network = FakeServer()
    network.answers["https://internal.example/meta"] = httpx.ConnectTimeout("slow")
    assert kids(network, server(metadata_url="https://internal.example/meta")) == ["k1"]


def test_an_authority_that_is_not_a_url_is_an_error() -> None:
    with pytest.raises(KeysUnavailableError, match="is not a valid URL"):
        kids(FakeServer(), server(authority="https://[half"))


def test_without_a_given_client_a_closed_port_is_reported() -> None:
    authority = "http://127.0.0.1:1/realms/acme"
    with pytest.raises(KeysUnavailableError, match="ConnectError"):
        fetch_keys(server(authority=authority, metadata_url=authority))


SMALL = {"kty": "RSA", "kid": "small", "e": "AQAB", "n": "3" * 171}


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "s"}, id="symmetric"),
        pytest.param(acme.key("k2").as_dict(private=True), id="private"),
        pytest.param(acme.key("ec").as_dict(private=True), id="private, of another type"),
        pytest.param(acme.public("k2").as_dict(use="enc"), id="for encryption"),
        pytest.param(acme.public("k2").as_dict(key_ops=["sign"]), id="for signing only"),
        pytest.param(acme.public("k2").as_dict(key_ops="verify"), id="operations that are no list"),
        pytest.param(acme.public("k2").as_dict(key_ops=7), id="operations a number"),
        pytest.param(acme.public("k2").as_dict(use=None), id="use null"),
        pytest.param(acme.public("k2").as_dict(use=["sig"]), id="use a list"),
        pytest.param(acme.public("k2").as_dict(kid=7), id="kid a number"),
        pytest.param(SMALL, id="RSA of 1,024 bits"),
        pytest.param(SMALL | {"n": "A" * 200 + "3" * 171}, id="RSA of 1,024 bits behind zeros"),
        pytest.param(SMALL | {"n": 7}, id="modulus a number"),
        pytest.param({"kty": "RSA", "kid": "half"}, id="RSA without numbers"),
        pytest.param(
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "off"}, id="point off the curve"
        ),
        pytest.param({"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "odd"}, id="unknown curve"),
        pytest.param({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "pq"}, id="type of tomorrow"),
        pytest.param({"kty": ["RSA"]}, id="type a list"),
        pytest.param({}, id="empty"),
        pytest.param("key", id="a string"),
    ],
)
def test_an_unusable_key_does_not_affect_the_others(jwk: object) -> None:
    network = FakeServer()
    network.serve(JWKS_URL, {"keys": [jwk, public("k1").as_dict()]})
    assert kids(network) == ["k1"]


def test_keys_of_every_type_are_kept() -> None:
    assert kids(FakeServer("k1", "ec", "ed")) == ["k1", "ec", "ed"]


def test_a_server_may_publish_no_keys() -> None:
    network = FakeServer()
    network.serve(JWKS_URL, {"keys": []})
    assert kids(network) == []


@pytest.mark.parametrize("body", [{}, {"keys": {}}, {"keys": "k1"}])
def test_a_document_without_a_list_of_keys_is_rejected(body: object) -> None:
    network = FakeServer()
    network.serve(JWKS_URL, body)
    with pytest.raises(KeysUnavailableError, match="no list `keys`"):
        kids(network)
