"""Tests of DPoP at the middleware: replay, nonces, keys that must be fetched, and metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flow_mcp.runtime import KeyCache, ProofNonces, SettingsDirectory, Tenants, metadata_url
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.runtime.tenants import TenantSource
from flow_mcp.settings import SettingsDocument
from tests.unit.runtime.asgi_call import Application, Headers, call, messages, scope_of
from tests.unit.runtime.following import write
from tests.unit.runtime.guarded import HOST
from tests.unit.runtime.network import Clock
from tests.vectors.acme import AUTHORITY, PRODUCTION
from tests.vectors.book import NOW
from tests.vectors.bound import BOUND, proof
from tests.vectors.keys import KEYS
from tests.vectors.tenants import DPOP, DPOP_ONLY

ALGORITHMS = ["ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"]


@pytest.fixture
def keys() -> Iterator[KeyCache]:
    (server,) = DPOP.authorization_servers
    jwks = f"{AUTHORITY}/protocol/openid-connect/certs"
    answers = {
        server.metadata_url: {"issuer": AUTHORITY, "jwks_uri": jwks},
        jwks: KEYS["keycloak"][AUTHORITY],
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter([json.dumps(answers[str(request.url)]).encode()]))

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        yield KeyCache(client)


def server(
    keys: KeyCache, document: SettingsDocument = DPOP, nonces: ProofNonces | None = None
) -> ProtectedResourceMiddleware:
    return guarding(Tenants([document], keys, lambda: NOW), nonces)


def guarding(tenants: TenantSource, nonces: ProofNonces | None = None) -> ProtectedResourceMiddleware:
    return ProtectedResourceMiddleware(Application(), tenants, base_url=HOST, nonces=nonces)


def headers(proof: str) -> Headers:
    return [(b"authorization", f"DPoP {BOUND}".encode()), (b"dpop", proof.encode())]


def test_a_proof_is_accepted_once_also_if_keys_must_be_fetched_first(keys: KeyCache) -> None:
    guarded = server(keys)
    assert call(guarded, PRODUCTION, headers(proof())).status == 204
    again = call(guarded, PRODUCTION, headers(proof()))
    assert (again.status, "invalid_dpop_proof" in again.headers["www-authenticate"]) == (401, True)
    assert call(guarded, PRODUCTION, headers(proof(jti="another"))).status == 204


def test_a_proof_stays_used_if_keys_are_due_while_it_is_checked(keys: KeyCache) -> None:
    guarded, clock = server(keys), Clock()
    keys._clock = clock
    assert call(guarded, PRODUCTION, headers(proof(jti="first"))).status == 204
    clock.now = 601  # the keys are valid and due, so that the call is decided a second time
    assert call(guarded, PRODUCTION, headers(proof())).status == 204
    assert call(guarded, PRODUCTION, headers(proof())).status == 401


def test_a_proof_stays_used_when_the_settings_change(keys: KeyCache, tmp_path: Path) -> None:
    write(tmp_path, DPOP)
    with SettingsDirectory(tmp_path, keys, poll_seconds=10_000, wall_clock=lambda: NOW) as directory:
        assert call(guarding(directory), PRODUCTION, headers(proof())).status == 204
        write(tmp_path, DPOP_ONLY, revision=2)
        directory.scan()
        assert call(guarding(directory), PRODUCTION, headers(proof())).status == 401
        assert call(guarding(directory), PRODUCTION, headers(proof(jti="another"))).status == 204


def test_a_call_without_an_accepted_nonce_receives_one(keys: KeyCache) -> None:
    guarded = server(keys, nonces=ProofNonces(b"k" * 32, clock=lambda: NOW))
    refused = call(guarded, PRODUCTION, headers(proof()))
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce", ')
    nonce = refused.headers["dpop-nonce"]
    assert call(guarded, PRODUCTION, headers(proof(nonce=nonce))).status == 204


def test_other_refusals_have_no_nonce(keys: KeyCache) -> None:
    guarded = server(keys, nonces=ProofNonces(b"k" * 32, clock=lambda: NOW))
    assert "dpop-nonce" not in call(guarded, PRODUCTION).headers


def test_the_method_of_a_websocket_is_get(keys: KeyCache) -> None:
    guarded = server(keys)
    for text, kind in ((proof(htm="GET"), None), (proof(jti="another"), "websocket.close")):
        scope = scope_of(PRODUCTION, headers(text), type="websocket", method=None)
        assert [message["type"] for message in messages(guarded, scope)] == ([kind] if kind else [])


@pytest.mark.parametrize(("document", "required"), [(DPOP, False), (DPOP_ONLY, True)])
def test_the_metadata_names_the_algorithms_of_proofs(
    keys: KeyCache, document: SettingsDocument, required: bool
) -> None:
    answer = call(server(keys, document), metadata_url(PRODUCTION), method="GET")
    metadata = json.loads(answer.body)
    assert metadata["dpop_signing_alg_values_supported"] == ALGORITHMS
    assert metadata["dpop_bound_access_tokens_required"] is required
