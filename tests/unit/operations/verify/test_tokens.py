"""Tests of the token checks with tokens and error texts of real servers."""

from __future__ import annotations

import httpx
import pytest

from flow_mcp.operations.verify import tokens
from flow_mcp.operations.verify.error_texts import ERROR_TEXTS, translate
from flow_mcp.settings import ClaimCondition, TokenProfile
from tests.unit.operations.verify.fake import SECRET, TOKEN, Fake, encrypted, opaque, program_token
from tests.unit.runtime import acme
from tests.vectors.signing import with_public_key_as_secret

_SUBJECT = "agent for 456/production"


def test_a_valid_token_passes_all_checks() -> None:
    fake = Fake()
    fake.mint(program_token())
    for check in (
        tokens.minted,
        tokens.form,
        tokens.audience,
        tokens.scope_form,
        tokens.version,
        tokens.allowed,
        tokens.elsewhere,
    ):
        assert fake.statuses(check) == ["pass"]


def test_the_claims_are_shown_and_never_the_token() -> None:
    fake = Fake()
    token = program_token(jti="a-jti-that-is-nobody's-business", email="kari@example.com")
    fake.mint(token)
    ((_, _, seen),) = fake.observed(tokens.allowed)
    assert f'azp "{acme.AGENT}"' in seen
    assert "the runtime allows it (program)" in seen
    for hidden in (*token.split("."), "a-jti", "kari@example.com", SECRET):
        assert hidden not in seen


@pytest.mark.parametrize(
    ("token", "reason"),
    [(opaque(), "token-opaque"), (encrypted(), "token-encrypted")],
    ids=["opaque", "JWE"],
)
def test_opaque_and_encrypted_tokens_are_reported(token: str, reason: str) -> None:
    fake = Fake()
    fake.mint(token)
    ((status, subject, seen),) = fake.observed(tokens.form)
    assert (status, subject, seen.split(":")[0]) == ("fail", _SUBJECT, reason)
    assert fake.statuses(tokens.allowed) == ["fail"]
    assert fake.observed(tokens.audience) == []


def test_a_token_with_another_algorithm_is_reported() -> None:
    fake = Fake()
    fake.mint(with_public_key_as_secret({"iss": "x"}, {"alg": "HS256", "typ": "JWT"}, "issuer"))
    assert fake.observed(tokens.form) == [("fail", _SUBJECT, "alg HS256, typ JWT")]


@pytest.mark.parametrize("aud", ["account", acme.TEST, acme.GONE], ids=["another", "test's", "none"])
def test_a_wrong_audience_is_reported(aud: object) -> None:
    fake = Fake()
    fake.mint(program_token(aud=aud))
    assert fake.statuses(tokens.audience) == ["fail"]
    assert fake.statuses(tokens.allowed) == ["fail"]


def test_a_token_with_all_audiences_is_reported() -> None:
    fake = Fake()
    fake.mint(program_token(aud=[acme.PRODUCTION, acme.TEST]))
    assert fake.statuses(tokens.elsewhere) == ["fail"]


def test_a_missing_scope_is_reported() -> None:
    fake = Fake()
    fake.mint(program_token(scope="openid"))
    assert fake.observed(tokens.scope_form) == [
        ("fail", _SUBJECT, 'scope "openid", required: mcp-456-production flow')
    ]


def test_an_entra_token_of_version_1_is_reported() -> None:
    profile = TokenProfile(
        algorithms=("RS256",),
        types=("JWT",),
        client_claim="azp",
        scope_claim="scp",
        role_claim="roles",
        conditions=(ClaimCondition(claim="ver", must="one-of", values=("2.0",)),),
        person=(ClaimCondition(claim="scp", must="present"),),
    )
    fake = Fake(kind="entra", profile=profile)
    fake.mint(program_token(ver="1.0", iss="https://sts.windows.net/7f0/"))
    assert fake.observed(tokens.version) == [
        ("fail", _SUBJECT, 'iss "https://sts.windows.net/7f0/"; ver "1.0", must be one-of 2.0')
    ]


@pytest.mark.parametrize(
    ("error", "description", "meaning"),
    [
        (
            "invalid_resource",
            "AADSTS500011: The resource principal named api://x was not found in the tenant",
            "no application in that Entra tenant has this Application ID URI",
        ),
        (
            "invalid_request",
            "AADSTS1002012: The provided value for scope is not valid.",
            "client credentials require the scope `.default`",
        ),
        (
            "access_denied",
            "Service not enabled within domain: https://app.profitbase.biz/flow/mcp",
            "the Auth0 tenant has no API with this identifier",
        ),
        (
            "access_denied",
            'Client is not authorized to access resource server "https://app.profitbase.biz/flow/mcp".',
            "the application has no grant for this API",
        ),
        (
            "invalid_client",
            "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or "
            "'client_secret'.",
            "the redirect URI is registered for a client with a secret, and the client sent none",
        ),
        ("invalid_scope", "Invalid scopes: x", "the client may not request one of these scopes"),
    ],
)
def test_error_texts_of_servers_are_explained(error: str, description: str, meaning: str) -> None:
    fake = Fake()
    fake.answer("POST", TOKEN, 400, {"error": error, "error_description": description})
    ((status, subject, seen),) = fake.observed(tokens.minted)
    assert (status, subject) == ("fail", _SUBJECT)
    assert description[:20] in seen
    assert meaning in seen


def test_an_error_code_does_not_match_a_longer_one() -> None:
    assert translate("AADSTS900091: something else") is None
    assert [translate(f"x {error_text.code}: y") for error_text in ERROR_TEXTS] == list(ERROR_TEXTS)


def test_an_error_that_repeats_the_secret_does_not_show_it() -> None:
    fake = Fake()
    fake.answer("POST", TOKEN, 401, {"error": "invalid_client", "error_description": f"bad {SECRET}"})
    ((_, _, seen),) = fake.observed(tokens.minted)
    assert "bad [hidden]" in seen
    assert SECRET not in seen


def test_an_unreachable_token_endpoint_is_reported() -> None:
    fake = Fake()
    fake.answers["POST", TOKEN] = httpx.ReadTimeout("too slow")
    assert fake.observed(tokens.minted) == [("fail", _SUBJECT, "no answer: too slow")]
    assert fake.observed(tokens.form) == [("skipped", "", "there is no token to check (V-TOKEN-001)")]


def test_a_secret_is_not_sent_over_plain_http() -> None:
    fake = Fake()
    (server,) = fake.settings.authorization_servers
    agent, desktop = server.clients
    request = agent.token_requests[0].model_copy(update={"token_endpoint": "http://id.acme.example/token"})
    clients = (agent.model_copy(update={"token_requests": (request,)}), desktop)
    fake.settings = fake.settings.model_copy(
        update={"authorization_servers": (server.model_copy(update={"clients": clients}),)}
    )
    assert fake.observed(tokens.minted) == [
        ("fail", _SUBJECT, "no answer: http://id.acme.example/token is not https, so no request was sent")
    ]
    assert fake.requests == []


def test_a_resource_of_another_server_is_reported() -> None:
    fake = Fake()
    (production, test) = fake.settings.protected_resources
    elsewhere = production.authorization_servers[0].model_copy(update={"authority": "https://old.example"})
    moved = production.model_copy(update={"authorization_servers": (elsewhere,)})
    fake.settings = fake.settings.model_copy(update={"protected_resources": (moved, test)})
    assert fake.observed(tokens.minted) == [
        ("fail", _SUBJECT, "the settings do not list this authorization server for the resource")
    ]
