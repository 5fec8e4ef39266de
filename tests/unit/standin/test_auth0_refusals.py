"""The stand-in for Auth0 refuses in a preview what the real plugin refuses."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pulumi.provider.experimental.provider import CheckRequest

from tests.standin.auth0_rules import API, CLIENT, CREDENTIALS, GRANT, RULES, TENANT
from tests.standin.provider import StandIn
from tests.standin.sdk import Sdk
from tests.standin.server import Server
from tests.standin.values import UNKNOWN, Properties, wire

IDENTIFIER = "https://app.example/mcp"


@pytest.fixture(scope="module")
def auth0() -> StandIn:
    return StandIn(Sdk.of("auth0"), RULES, Server(Path("/nonexistent")), {})


def refused(auth0: StandIn, token: str, inputs: Properties) -> list[str]:
    request = CheckRequest(f"urn:pulumi:s::p::{token}::name", {}, wire(inputs), b"")
    return [failure.property for failure in asyncio.run(auth0.check(request)).failures or []]


def policies(user: str, client: str) -> Properties:
    policy = {"user": {"policy": user}, "client": {"policy": client}}
    return {"identifier": IDENTIFIER, "subjectTypeAuthorization": policy}


def key(**changes: str) -> Properties:
    return {"credentialType": "public_key", "pem": "x", "algorithm": "RS256"} | changes


def keys(*credentials: Properties) -> Properties:
    return {"clientId": UNKNOWN, "privateKeyJwt": {"credentials": list(credentials)}}


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (API, {}, ["identifier"]),
        (API, policies("allow_all", "deny_all"), []),
        (API, policies("deny_all", "allow_all"), ["subjectTypeAuthorization.client.policy"]),
        (API, {"identifier": IDENTIFIER, "tokenDialect": "at_jwt"}, ["tokenDialect"]),
        (API, {"identifier": IDENTIFIER, "signingAlg": "rs256"}, ["signingAlg"]),
        (API, {"identifier": IDENTIFIER, "signingSecret": "short"}, ["signingSecret"]),
        (CLIENT, {"description": "x" * 140}, []),
        (CLIENT, {"description": "x" * 141}, ["description"]),
        (CLIENT, {"initiateLoginUri": "http://app.example"}, ["initiateLoginUri"]),
        (CLIENT, {"grantType": ["implicit"]}, ["grantType"]),
        (CREDENTIALS, keys(key(), key(algorithm="PS256")), []),
        (CREDENTIALS, keys(key(), key(), key()), ["privateKeyJwt.credentials"]),
        (CREDENTIALS, keys(key(algorithm="ES256")), ["algorithm"]),
        (CREDENTIALS, {"clientId": "x", "clientSecretWo": "s"}, ["clientSecretWo"]),
        (GRANT, {"audience": IDENTIFIER, "clientId": UNKNOWN, "scopes": []}, []),
        (GRANT, {"audience": IDENTIFIER, "clientId": "x"}, ["scopes"]),
        (
            GRANT,
            {"audience": IDENTIFIER, "clientId": "x", "scopes": ["s"], "allowAllScopes": True},
            ["scopes"],
        ),
        (GRANT, {"audience": IDENTIFIER, "scopes": ["s"]}, ["clientId"]),
        (
            GRANT,
            {"audience": IDENTIFIER, "scopes": ["s"], "clientId": "x", "defaultFor": "third_party_clients"},
            ["clientId"],
        ),
        (GRANT, {"audience": IDENTIFIER, "scopes": ["s"], "defaultFor": "everybody"}, ["defaultFor"]),
        (TENANT, {"resourceParameterProfile": "both"}, ["resourceParameterProfile"]),
        (TENANT, {"flags": {"enableMcp": True}}, ["flags.enableMcp"]),
        (TENANT, {"defaultRedirectionUri": "http://app.example"}, ["defaultRedirectionUri"]),
    ],
)
def test_the_stand_in_refuses_what_the_real_plugin_refuses(
    auth0: StandIn, token: str, inputs: Properties, expected: list[str]
) -> None:
    assert refused(auth0, token, inputs) == expected
