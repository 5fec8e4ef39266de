"""Tests of the middleware's own answers: metadata, readiness probes and denied WebSockets."""

from __future__ import annotations

import json

import anyio
import pytest

from flow_mcp.runtime import Validator, resource_metadata
from flow_mcp.runtime.asgi import CALLER, ProtectedResourceMiddleware
from flow_mcp.runtime.asgi_answers import Message
from flow_mcp.runtime.tenants import Readiness, TenantResource, Tenants
from tests.unit.runtime import acme
from tests.unit.runtime.acme import PRODUCTION, WELL_KNOWN
from tests.unit.runtime.asgi_call import Answer, Application, call, messages, scope_of
from tests.unit.runtime.guarded import GOOD, HOST, KARI, METADATA, SCOPE, UNKNOWN


def test_metadata_is_at_the_address_in_the_challenge(guarded: ProtectedResourceMiddleware) -> None:
    body = json.dumps(resource_metadata(acme.resource("production"))).encode()
    headers = {
        "access-control-allow-origin": "*",
        "content-type": "application/json",
        "cache-control": "max-age=60",
        "content-length": str(len(body)),
    }
    assert call(guarded, WELL_KNOWN, method="GET") == Answer(200, headers, body)
    assert call(guarded, WELL_KNOWN, method="HEAD") == Answer(200, headers, b"")


def test_a_preflight_without_a_token_allows_any_header(
    guarded: ProtectedResourceMiddleware,
) -> None:
    preflight = [
        (b"origin", b"https://inspector.example"),
        (b"access-control-request-method", b"GET"),
        (b"access-control-request-headers", b"mcp-protocol-version"),
    ]
    assert call(guarded, WELL_KNOWN, preflight, method="OPTIONS") == Answer(
        204,
        {
            "access-control-allow-origin": "*",
            "access-control-allow-methods": "GET, HEAD",
            "access-control-allow-headers": "*",
            "access-control-max-age": "3600",
        },
        b"",
    )


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/.well-known/oauth-protected-resource",
        f"{HOST}/.well-known/oauth-protected-resource/",
        WELL_KNOWN + "/",
        WELL_KNOWN + "/messages",
        WELL_KNOWN + "2",
        WELL_KNOWN.replace("acme", "other"),
        WELL_KNOWN.replace("production", "%70roduction"),
    ],
)
def test_metadata_of_anything_else_is_not_found(guarded: ProtectedResourceMiddleware, url: str) -> None:
    assert call(guarded, url, GOOD, method="GET") == Answer(
        404, {"access-control-allow-origin": "*", "content-length": "0"}, b""
    )


def test_metadata_can_only_be_read(guarded: ProtectedResourceMiddleware) -> None:
    answer = call(guarded, WELL_KNOWN, GOOD, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_an_address_beside_the_well_known_one_belongs_to_the_application(
    guarded: ProtectedResourceMiddleware,
) -> None:
    assert call(guarded, f"{HOST}/.well-known/oauth-protected-resource2", method="GET") == UNKNOWN


# Readiness


class Alarmed(Tenants):
    """Tenants with a given readiness."""

    def __init__(self, readiness: Readiness) -> None:
        super().__init__([acme.settings()])
        self.says = readiness

    def readiness(self) -> Readiness:
        return self.says

    def find(self, address: str) -> TenantResource | None:
        """Return the tenant of an address as closed."""
        place = super().find(address)
        return place and TenantResource(place.tenant, Validator(None), None)


@pytest.mark.parametrize(
    ("readiness", "status", "word"),
    [
        (Readiness(ready=True, alarms={}), 200, "ready"),
        (Readiness(ready=True, alarms={"acme.json": "broken"}), 200, "degraded"),
        (Readiness(ready=False, alarms={"acme.json": "broken"}), 503, "unready"),
        (Readiness(ready=False, alarms={}), 503, "unready"),
    ],
)
def test_a_readiness_probe_gets_the_status_without_tenant_names(
    application: Application, readiness: Readiness, status: int, word: str
) -> None:
    guarded = ProtectedResourceMiddleware(
        application, Alarmed(readiness), base_url=HOST, readiness_path="/readyz"
    )
    answer = call(guarded, f"{HOST}/readyz", method="GET")
    assert (answer.status, json.loads(answer.body)) == (status, {"status": word})
    assert call(guarded, f"{HOST}/readyz", method="HEAD") == Answer(status, answer.headers, b"")


def test_without_a_readiness_path_the_probe_is_not_answered(application: Application) -> None:
    guarded = ProtectedResourceMiddleware(application, Tenants([]), base_url=HOST)
    assert call(guarded, f"{HOST}/readyz", method="GET") == UNKNOWN


def test_a_closed_tenant_serves_neither_calls_nor_metadata(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    closed = Alarmed(Readiness(ready=False, alarms={}))
    guarded = ProtectedResourceMiddleware(application, closed, base_url=HOST)
    assert call(guarded, PRODUCTION, GOOD) == UNKNOWN
    assert call(guarded, f"{PRODUCTION}?access_token=x", GOOD) == UNKNOWN
    assert [vars(record)["reason"] for record in caplog.records] == ["no-settings"] * 2
    assert call(guarded, WELL_KNOWN, method="GET").status == 404


# Other kinds of connection


def test_other_scopes_are_passed_to_the_application(
    guarded: ProtectedResourceMiddleware, application: Application
) -> None:
    scope: dict[str, object] = {"type": "lifespan"}
    messages(guarded, scope)
    assert application.scopes == [scope]
    assert application.scopes[0] is scope


def test_a_websocket_needs_a_token_too(
    guarded: ProtectedResourceMiddleware, application: Application
) -> None:
    assert messages(guarded, scope_of(PRODUCTION, type="websocket", method=None)) == [
        {"type": "websocket.close", "code": 1008}
    ]
    assert application.scopes == []
    messages(guarded, scope_of(PRODUCTION, GOOD, type="websocket", method=None))
    assert application.scopes[0][CALLER] == KARI


def test_a_websocket_is_denied_after_its_connect_message(guarded: ProtectedResourceMiddleware) -> None:
    happened: list[str] = []

    async def receive() -> Message:
        happened.append("asked")
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        happened.append(message["type"])

    anyio.run(guarded, scope_of(PRODUCTION, type="websocket", method=None), receive, send)
    assert happened == ["asked", "websocket.close"]


def test_a_denied_websocket_gets_its_challenge_if_the_server_supports_it(
    guarded: ProtectedResourceMiddleware,
) -> None:
    scope = scope_of(PRODUCTION, type="websocket", method=None, extensions={"websocket.http.response": {}})
    start, body = messages(guarded, scope)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert (b"www-authenticate", f"Bearer {METADATA}, {SCOPE}".encode()) in start["headers"]
    assert body == {"type": "websocket.http.response.body", "body": b""}


@pytest.mark.parametrize("url", [f"{HOST}/readyz", WELL_KNOWN])
def test_metadata_and_readiness_are_not_for_websockets(
    guarded: ProtectedResourceMiddleware, url: str
) -> None:
    (sent,) = messages(guarded, scope_of(url, type="websocket", method=None))
    assert sent["type"] == "websocket.close"


# All else
