"""Checks with other issuers' tokens: federated credentials, and identity assertions about people."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from flow_mcp.declaration.enterprise import ID_JAG, JWT_BEARER
from flow_mcp.operations.verify import enterprise, tokens
from flow_mcp.operations.verify.client_token import ClientToken, ClientTokenError
from flow_mcp.settings import IdentityAssertion, TokenRequest
from tests.unit.operations.verify.fake import SECRET, TOKEN, Fake, program_token
from tests.unit.runtime import acme


def _token(tmp_path: Path, **claims: object) -> ClientToken:
    """Return another issuer's token, read from a file."""
    file = tmp_path / "token.jwt"
    file.write_text(acme.token({"iss": "https://login.acme.example", **claims}) + "\n", encoding="utf-8")
    return ClientToken.read(file)


def _redeeming(secret: bool = True) -> Fake:
    """Return a server at which the agent redeems identity assertions for production."""
    fake = Fake()
    (server,) = fake.settings.authorization_servers
    agent, *others = server.clients
    request = TokenRequest(
        resource=acme.PRODUCTION,
        token_endpoint=TOKEN,
        parameters={"client_id": acme.AGENT, "grant_type": JWT_BEARER, "scope": "mcp-456-production"},
    )
    assertion = IdentityAssertion(issuers=("https://login.acme.example",), token_requests=(request,))
    update = {
        "identity_assertion": assertion,
        "authentication": "client-secret" if secret else "private-key-jwt",
    }
    server = server.model_copy(update={"clients": (agent.model_copy(update=update), *others)})
    fake.settings = fake.settings.model_copy(update={"authorization_servers": (server,)})
    return fake


@pytest.mark.parametrize(
    ("subject", "kind"), [("repo:acme/planning", "jwt-bearer"), ("spiffe://acme.example/agent", "jwt-spiffe")]
)
def test_a_program_authenticates_with_its_issuers_token(tmp_path: Path, subject: str, kind: str) -> None:
    fake = Fake()
    fake.let_agent_authenticate("federated")
    fake.mint(program_token())
    token = _token(tmp_path, sub=subject)
    assert fake.observed(tokens.minted, client_tokens={"agent": token}) == [
        ("pass", "agent for 456/production", "token received")
    ]
    ((_, _, body),) = (request for request in fake.requests if request[0] == "POST")
    sent = parse_qs(body)
    assert sent["client_assertion"] == [token.value]
    assert sent["client_assertion_type"] == [f"urn:ietf:params:oauth:client-assertion-type:{kind}"]


def test_a_file_without_a_signed_token_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "token.jwt"
    with pytest.raises(ClientTokenError, match="cannot be read: No such file or directory"):
        ClientToken.read(file)
    file.write_text("not a token", encoding="utf-8")
    with pytest.raises(ClientTokenError, match=r"token\.jwt has no signed JWT in compact form"):
        ClientToken.read(file)


def test_only_tenants_with_companies_have_results() -> None:
    for check in (enterprise.grant_advertised, enterprise.profile_advertised, enterprise.redeemed):
        assert Fake().observed(check) == []


def test_the_metadata_must_list_the_grant_and_should_list_the_profile() -> None:
    fake = _redeeming()
    assert fake.statuses(enterprise.grant_advertised) == ["fail"]
    assert fake.statuses(enterprise.profile_advertised) == ["warn"]
    fake.metadata |= {
        "grant_types_supported": [JWT_BEARER],
        "authorization_grant_profiles_supported": [ID_JAG],
    }
    assert fake.statuses(enterprise.grant_advertised) == ["pass"]
    assert fake.statuses(enterprise.profile_advertised) == ["pass"]
    fake.metadata |= {"grant_types_supported": JWT_BEARER, "authorization_grant_profiles_supported": 5}
    assert fake.statuses(enterprise.grant_advertised) == ["fail"]
    assert fake.statuses(enterprise.profile_advertised) == ["warn"]


def test_an_assertion_is_redeemed_with_the_clients_secret_and_is_not_shown(tmp_path: Path) -> None:
    fake = _redeeming()
    fake.mint(program_token())
    assertion = _token(tmp_path, sub="00u1", resource=acme.PRODUCTION)
    ((status, subject, seen),) = fake.observed(enterprise.redeemed, assertions={"agent": assertion})
    assert (status, subject) == ("pass", "agent for 456/production")
    assert assertion.value not in seen
    ((_, _, body),) = (request for request in fake.requests if request[0] == "POST")
    assert parse_qs(body)["assertion"] == [assertion.value]
    assert SECRET not in body


def test_an_assertion_for_another_resource_or_without_a_key_is_explained(tmp_path: Path) -> None:
    elsewhere = _token(tmp_path, sub="00u1", resource="https://elsewhere.example/mcp")
    assert _redeeming().observed(enterprise.redeemed, assertions={"agent": elsewhere}) == [
        ("fail", "agent", "the assertion's resource is no protected resource of the client")
    ]
    assertion = _token(tmp_path, sub="00u1", resource=acme.PRODUCTION)
    assert _redeeming(secret=False).observed(enterprise.redeemed, assertions={"agent": assertion}) == [
        ("skipped", "agent", "provide the client's private key with `--key agent=FILE`")
    ]
    assert _redeeming().statuses(enterprise.redeemed) == ["skipped"]
