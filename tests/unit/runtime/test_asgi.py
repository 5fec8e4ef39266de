"""Tests of the middleware."""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.middleware.cors import CORSMiddleware

from flow_mcp.runtime import KeyCache
from flow_mcp.runtime.asgi import CALLER, ProtectedResourceMiddleware
from flow_mcp.runtime.tenants import Tenants
from tests.unit.runtime import acme
from tests.unit.runtime.acme import (
    AGENT,
    BASE,
    NOW,
    PRODUCTION,
    TEST,
    TESTER,
    WELL_KNOWN,
    claims,
    program,
    token,
)
from tests.unit.runtime.asgi_call import Answer, Application, bearer, call, messages, scope_of
from tests.unit.runtime.guarded import (
    GOOD,
    HOST,
    INVALID_TOKEN,
    KARI,
    METADATA,
    NO_TOKEN,
    SCOPE,
    UNKNOWN,
    refused,
)
from tests.unit.runtime.network import FakeServer


def test_an_allowed_call_reaches_the_application_with_its_caller(
    guarded: ProtectedResourceMiddleware, application: Application
) -> None:
    scope = scope_of(PRODUCTION, GOOD)
    assert call(guarded, PRODUCTION, GOOD).status == 204
    assert application.scopes == [{**scope, CALLER: KARI}]


def test_the_servers_scope_is_not_changed(guarded: ProtectedResourceMiddleware) -> None:
    scope = scope_of(PRODUCTION, GOOD)
    before = dict(scope)
    messages(guarded, scope)
    assert scope == before


def test_a_program_is_a_caller_of_another_kind(
    guarded: ProtectedResourceMiddleware, application: Application
) -> None:
    assert call(guarded, f"{PRODUCTION}/messages/?session=1", bearer(token(program()))).status == 204
    assert application.scopes[0][CALLER] == KARI._replace(
        client=AGENT, subject="service-account", subject_kind="program"
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param(None, NO_TOKEN, id="no token"),
        pytest.param("", INVALID_TOKEN, id="an empty token"),
        pytest.param("opaque", INVALID_TOKEN, id="an opaque token"),
        pytest.param(token(claims(exp=NOW - 300)), INVALID_TOKEN, id="an old token"),
        pytest.param(token(claims(aud=TEST)), INVALID_TOKEN, id="another environment's token"),
        pytest.param(
            token(claims(scope="openid")),
            refused(403, f'Bearer error="insufficient_scope", {METADATA}, {SCOPE}'),
            id="too little scope",
        ),
        pytest.param(
            token(program(azp=TESTER)), refused(403, f"Bearer {METADATA}"), id="a resource not given"
        ),
        pytest.param("x" * 1_000_000, INVALID_TOKEN, id="a megabyte"),
        pytest.param("å.æ.ø", INVALID_TOKEN, id="not ASCII"),
    ],
)
def test_a_denied_call_gets_only_its_challenge(
    guarded: ProtectedResourceMiddleware, application: Application, text: str | None, answer: Answer
) -> None:
    assert call(guarded, PRODUCTION, () if text is None else bearer(text)) == answer
    assert application.scopes == []


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        pytest.param(PRODUCTION, [*GOOD, *GOOD], id="twice the same header"),
        pytest.param(PRODUCTION, [*GOOD, (b"authorization", b"Basic YTpi")], id="another header"),
        pytest.param(f"{PRODUCTION}?access_token={token()}", [], id="in the query"),
        pytest.param(f"{PRODUCTION}?access_token=x", GOOD, id="in query and header"),
        pytest.param(PRODUCTION, [(b"authorization", b"Bearer \xff\xfe")], id="no text"),
        pytest.param(PRODUCTION, [(b"authorization", b"Bearer a.b.\xff")], id="no text in three parts"),
    ],
)
def test_a_token_outside_of_the_authorization_header_is_rejected(
    guarded: ProtectedResourceMiddleware,
    application: Application,
    url: str,
    headers: list[tuple[bytes, bytes]],
) -> None:
    assert call(guarded, url, headers) == INVALID_TOKEN
    assert application.scopes == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/mcp",
        BASE.removeprefix(HOST),
        PRODUCTION.removeprefix(HOST) + "2",
        PRODUCTION.removeprefix(HOST).replace("acme", "other"),
        TEST.removeprefix(HOST) + "/../production",
        TEST.removeprefix(HOST) + "/%2e%2e/production",
        TEST.removeprefix(HOST) + "/..%2fproduction",
        TEST.removeprefix(HOST) + "%2f..%2fproduction",
        PRODUCTION.removeprefix(HOST) + "/%252e%252e/test",
        PRODUCTION.removeprefix(HOST) + "/..;/test",
        PRODUCTION.removeprefix(HOST).replace("/mcp", "//mcp"),
        PRODUCTION.removeprefix(HOST).replace("production", "%70roduction"),
        PRODUCTION.removeprefix(HOST) + "%00",
        PRODUCTION.removeprefix(HOST) + "\\x",
        PRODUCTION,
        "/" + PRODUCTION,
        "*",
        "",
    ],
)
def test_an_address_outside_of_all_resources_is_denied_with_any_token(
    guarded: ProtectedResourceMiddleware, application: Application, path: str
) -> None:
    for text in (token(), token(claims(aud=TEST, scope="mcp-456-test flow"))):
        scope = scope_of("", bearer(text), path=unquote(path), raw_path=path.encode())
        start, *_ = messages(guarded, scope)
        assert (start["status"], dict(start["headers"])[b"www-authenticate"]) == (
            401,
            b'Bearer realm="Flow MCP"',
        )
    assert application.scopes == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"raw_path": None}, id="a server that does not tell the raw path"),
        pytest.param({"raw_path": ""}, id="one that tells it as text"),
        pytest.param({"path": TEST.removeprefix(HOST)}, id="a path that was rewritten"),
        pytest.param({"path": "/"}, id="a mount that took the path off"),
        pytest.param({"raw_path": TEST.removeprefix(HOST).encode()}, id="a raw path that was rewritten"),
        pytest.param({"raw_path": b"\xff"}, id="a raw path that is no text"),
    ],
)
def test_a_call_without_a_consistent_raw_path_is_denied(
    guarded: ProtectedResourceMiddleware, changes: dict[str, object]
) -> None:
    assert call(guarded, PRODUCTION, GOOD, **changes) == UNKNOWN


@pytest.mark.parametrize(
    "header",
    [
        (b"host", b"evil.example"),
        (b"x-forwarded-host", b"evil.example"),
        (b"x-forwarded-prefix", b"/x"),
        (b"forwarded", b"host=evil.example;proto=http"),
        (b"x-original-url", b"/flow/mcp/tenants/acme/workspaces/456/environments/test"),
    ],
)
def test_headers_with_addresses_are_ignored(
    guarded: ProtectedResourceMiddleware, header: tuple[bytes, bytes]
) -> None:
    assert call(guarded, PRODUCTION, [header]) == NO_TOKEN
    assert call(guarded, PRODUCTION, [header, *GOOD]).status == 204


def test_base_url_restores_a_prefix_that_the_proxy_removes(application: Application) -> None:
    with FakeServer().client() as client:
        tenants = Tenants([acme.settings()], KeyCache(client), lambda: NOW)
        guarded = ProtectedResourceMiddleware(application, tenants, base_url=f"{HOST}/flow/")
        stripped = PRODUCTION.removeprefix(f"{HOST}/flow")
        assert call(guarded, stripped, GOOD).status == 204
        assert call(guarded, PRODUCTION, GOOD) == UNKNOWN
        assert call(guarded, WELL_KNOWN, method="GET").status == 200


def test_a_path_without_a_leading_slash_is_rejected(
    application: Application,
) -> None:
    with FakeServer().client() as client:
        tenants = Tenants([acme.settings()], KeyCache(client), lambda: NOW)
        guarded = ProtectedResourceMiddleware(application, tenants, base_url=f"{HOST}/fl")
        rest = PRODUCTION.removeprefix(f"{HOST}/fl")
        scope = scope_of("", GOOD, path=rest, raw_path=rest.encode())
        assert messages(guarded, scope)[0]["status"] == 401


@pytest.mark.parametrize(
    "base_url",
    [
        "app.example",
        "/flow",
        "ftp://app.example",
        "https://",
        "https://u@app.example",
        "https://a/?b",
        "https://a/#",
    ],
)
def test_an_invalid_base_url_is_rejected(application: Application, base_url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        ProtectedResourceMiddleware(application, Tenants([]), base_url=base_url)


# Metadata (RFC 9728)


def test_each_call_is_recorded_with_its_decision(
    guarded: ProtectedResourceMiddleware, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "flow_mcp.runtime.audit"):
        call(guarded, PRODUCTION, GOOD)
        call(guarded, PRODUCTION, [*GOOD, *GOOD])
        call(guarded, f"{PRODUCTION}?access_token={token()}")
        call(guarded, HOST + "/")
        call(guarded, WELL_KNOWN, method="GET")
    records = [(vars(record)["reason"], vars(record)["tenant"]) for record in caplog.records]
    assert records == [
        ("allowed", "acme"),
        ("several-tokens", "acme"),
        ("token-in-query", "acme"),
        ("unknown-resource", None),
    ]
    assert token().rpartition(".")[2] not in caplog.text


PATHS = st.one_of(
    st.binary(),
    st.lists(
        st.sampled_from(
            [b"/", b"..", b"%2e", b"%2F", b"%", b"\\", b";", b"production", b"test", b"2", b"\xff"]
        ),
        max_size=6,
    ).map(lambda parts: PRODUCTION.removeprefix(HOST).encode() + b"".join(parts)),
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"authorization", b"host", b"x"]),
        st.one_of(st.binary(), st.just(b"Bearer " + token().encode()), st.binary().map(b"Bearer ".__add__)),
    ),
    max_size=3,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PATHS, HEADERS, st.binary(max_size=30))
def test_every_request_is_answered_and_only_a_valid_token_at_its_resource_is_allowed(
    guarded: ProtectedResourceMiddleware,
    path: bytes,
    headers: list[tuple[bytes, bytes]],
    query: bytes,
) -> None:
    text = path.decode("latin-1")
    scope = scope_of("", headers, path=unquote(text), raw_path=path, query_string=query)
    status = messages(guarded, scope)[0]["status"]
    assert status in {204, 401, 403, 404}
    if status == 204:
        given_tokens = [value for name, value in headers if name == b"authorization"]
        assert given_tokens == [b"Bearer " + token().encode()]
        assert (HOST + text + "/").startswith(PRODUCTION + "/")
        assert ".." not in unquote(unquote(text))


def test_an_outer_cors_middleware_allows_browsers(
    guarded: ProtectedResourceMiddleware,
) -> None:
    around = CORSMiddleware(
        cast(Any, guarded),
        allow_origins=["https://inspector.example"],
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "mcp-protocol-version", "mcp-session-id", "content-type"],
        expose_headers=["www-authenticate", "mcp-session-id"],
    )
    origin = (b"origin", b"https://inspector.example")
    preflight = call(
        cast(Any, around),
        PRODUCTION,
        [
            origin,
            (b"access-control-request-method", b"POST"),
            (b"access-control-request-headers", b"authorization"),
        ],
        method="OPTIONS",
    )
    assert preflight.status == 200
    assert preflight.headers["access-control-allow-origin"] == "https://inspector.example"
    refusal = call(cast(Any, around), PRODUCTION, [origin])
    assert (refusal.status, refusal.headers["www-authenticate"]) == (401, f"Bearer {METADATA}, {SCOPE}")
    assert refusal.headers["access-control-expose-headers"] == "www-authenticate, mcp-session-id"
    assert call(cast(Any, around), WELL_KNOWN, [origin], method="GET").status == 200
