"""Tests of the metadata and key checks with wrong servers."""

from __future__ import annotations

import httpx
import pytest

from flow_mcp.operations.verify import discovery
from tests.unit.operations.verify.fake import APPENDED, AUTHORITY, INSERTED, JWKS, Fake
from tests.unit.runtime import acme


def test_metadata_at_the_address_in_the_settings_passes() -> None:
    assert Fake().observed(discovery.named_address) == [("pass", APPENDED, "answered")]


def test_an_unreachable_server_is_reported_after_one_request() -> None:
    fake = Fake()
    fake.answers["GET", APPENDED] = fake.answers["GET", INSERTED] = httpx.ConnectError("refused")
    assert fake.observed(discovery.named_address) == [
        ("fail", APPENDED, "id.acme.example does not answer: refused")
    ]
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", "the answer is not JSON"),
        (b"[]", "the answer is not a JSON object"),
        (b" " * 2_000_000, f"{APPENDED} answered more than 1048576 bytes"),
    ],
    ids=["a page", "a list", "without an end"],
)
def test_an_answer_without_metadata_is_reported(content: bytes, message: str) -> None:
    fake = Fake()
    fake.answers["GET", APPENDED] = httpx.Response(200, content=content)
    assert fake.observed(discovery.named_address) == [("fail", APPENDED, message)]


def test_all_three_addresses_are_checked() -> None:
    fake = Fake()
    del fake.answers["GET", INSERTED]
    second = "https://id.acme.example/.well-known/openid-configuration/realms/acme"
    assert fake.observed(discovery.usual_addresses) == [
        ("warn", INSERTED, "answered 404"),
        ("pass", second, f"answered 404; not required, because {APPENDED} answered"),
        ("pass", APPENDED, "answered"),
    ]
    assert fake.observed(discovery.any_address) == [("pass", "", "1 of 3 answered")]
    del fake.answers["GET", APPENDED]
    assert fake.observed(discovery.any_address) == [("fail", "", "0 of 3 answered")]


def test_a_realm_that_requires_https_is_reported_with_its_own_remedy() -> None:
    fake = Fake()
    for address in (INSERTED, APPENDED):
        body = {"error": "invalid_request", "error_description": "HTTPS required"}
        fake.answer("GET", address, 403, body)
    message = (
        "answered 403, invalid_request, HTTPS required — Keycloak: the realm's `sslRequired` forbids plain "
        "HTTP for this request (https://www.keycloak.org/server/reverseproxy)"
    )
    assert fake.observed(discovery.named_address) == [("fail", APPENDED, message)]
    assert ("warn", INSERTED, message) in fake.observed(discovery.usual_addresses)


@pytest.mark.parametrize(
    "issuer",
    [AUTHORITY + "/", AUTHORITY.upper(), "https://login.microsoftonline.com/{tenantid}/v2.0", None],
    ids=["a slash more", "other case", "Entra's template", "none"],
)
def test_an_issuer_that_differs_in_a_byte_is_reported(issuer: str | None) -> None:
    fake = Fake()
    fake.metadata["issuer"] = issuer
    assert set(fake.statuses(discovery.issuer)) == {"fail"}


def test_changed_endpoints_are_reported() -> None:
    fake = Fake()
    fake.metadata["token_endpoint"] = "https://id.acme.example/moved"
    assert fake.statuses(discovery.endpoints) == ["fail"]


@pytest.mark.parametrize("methods", [None, ["plain"]], ids=["as Entra", "plain only"])
def test_missing_pkce_is_a_warning(methods: list[str] | None) -> None:
    fake = Fake()
    fake.metadata["code_challenge_methods_supported"] = methods
    assert fake.statuses(discovery.pkce) == ["warn"]


def test_an_unadvertised_authentication_method_is_a_warning() -> None:
    fake = Fake()
    fake.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    assert [(status, subject) for status, subject, _ in fake.observed(discovery.authentication_methods)] == [
        ("pass", "client_secret_basic"),
        ("warn", "none"),
    ]


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ([], "0 usable of 0: none"),
        ([{"kty": "oct", "alg": "HS256", "k": "c2VjcmV0"}], "0 usable of 1: oct HS256"),
        ([acme.public().as_dict() | {"use": "enc"}], "0 usable of 1: RSA enc"),
        ([acme.public().as_dict() | {"alg": "RS512"}], "0 usable of 1: RSA RS512 sig"),
    ],
    ids=["no key", "HS256", "encryption only", "another algorithm"],
)
def test_unusable_keys_are_reported(keys: list[dict[str, str]], seen: str) -> None:
    fake = Fake()
    fake.answer("GET", JWKS, 200, {"keys": keys})
    assert fake.observed(discovery.usable_keys) == [("fail", JWKS, seen)]


def test_a_missing_key_set_is_reported() -> None:
    fake = Fake()
    fake.answer("GET", JWKS, 500)
    assert fake.observed(discovery.usable_keys) == [("fail", "", f"{JWKS}: answered 500")]


def test_a_published_secret_is_reported_and_not_shown() -> None:
    fake = Fake()
    fake.answer("GET", JWKS, 200, {"keys": [{"kty": "oct", "alg": "HS256", "k": "c2VjcmV0"}]})
    assert fake.observed(discovery.published_secrets) == [("fail", JWKS, "oct HS256 with its private part")]
    assert Fake().statuses(discovery.published_secrets) == ["pass"]


def test_without_metadata_dependent_checks_are_skipped() -> None:
    fake = Fake()
    fake.answers.clear()
    reason = "the server's metadata is unavailable (V-DISCOVERY-001)"
    for check in (discovery.pkce, discovery.endpoints, discovery.usable_keys):
        assert fake.observed(check) == [("skipped", "", reason)]


def test_scopes_missing_in_the_metadata_are_a_warning() -> None:
    fake = Fake()
    assert fake.statuses(discovery.listed_scopes) == ["pass", "pass"]
    fake.metadata["scopes_supported"] = ["openid", "flow", "mcp-456-test"]
    assert fake.observed(discovery.listed_scopes) == [
        ("warn", "456/production", "missing: mcp-456-production"),
        ("pass", "456/test", "missing: none"),
    ]


def test_control_characters_of_a_server_are_replaced() -> None:
    fake = Fake()
    fake.metadata["jwks_uri"] = "https://id.acme.example/\x1b[2Jkeys"
    for check in (discovery.usable_keys, discovery.published_secrets):
        for _, subject, seen in fake.observed(check):
            assert (subject + seen).isprintable()
    fake.metadata["code_challenge_methods_supported"] = ["\x1b]0;x\x07"]
    assert fake.observed(discovery.pkce) == [("warn", "", "code_challenge_methods_supported: ?]0;x?")]
