"""FLOWMCP-024: clients at Auth0 follow OAuth 2.1."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import AUTH0_API, AUTH0_CLIENT, AUTH0_CREDENTIALS
from flow_mcp.review.policy.rule import Resource, Unknown, Violation
from flow_mcp.review.policy.rules.auth0_clients import Auth0Clients
from tests.unit.policies.judging import Findings, context, made, of_inputs, of_outputs

RULE = Auth0Clients()
ROTATING = {"rotationType": "rotating", "expirationType": "expiring"}
CLIENT: dict[str, Any] = {
    "oidcConformant": True,
    "grantTypes": ["authorization_code", "refresh_token"],
    "refreshToken": ROTATING,
    "jwtConfiguration": {"alg": "RS256"},
}
NOT_OIDC_CONFORMANT = Violation(
    ("oidcConformant",), "is not true, so Auth0 applies legacy rules instead of OpenID Connect"
)
NOT_ROTATING = Violation(("refreshToken", "rotationType"), "lets a stolen refresh token be used repeatedly")
ENDLESS = "lets refresh tokens live without limit"


def client(**changed: Any) -> Findings:
    return of_inputs(RULE, AUTH0_CLIENT, {**CLIENT, **changed}, context=context(RULE))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"grantTypes": ["client_credentials"], "refreshToken": None},
        {"grantTypes": ["authorization_code"], "refreshToken": {"rotationType": "non-rotating"}},
        {"jwtConfiguration": None},
        {"refreshToken": {**ROTATING, "infiniteTokenLifetime": False, "leeway": 0}},
        {"crossOriginAuth": False, "thirdPartySecurityMode": "strict", "isFirstParty": False},
    ],
)
def test_a_client_that_follows_oauth_2_1_is_accepted(changed: dict[str, Any]) -> None:
    assert client(**changed) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"oidcConformant": False}, [NOT_OIDC_CONFORMANT]),
        ({"oidcConformant": None}, [NOT_OIDC_CONFORMANT]),
        ({"oidcConformant": Unknown("o")}, [Unknown("o")]),
        (
            {"jwtConfiguration": {"alg": "HS256"}},
            [
                Violation(
                    ("jwtConfiguration", "alg"),
                    "signs ID tokens with the client secret instead of a private key",
                )
            ],
        ),
        (
            {"crossOriginAuth": True},
            [Violation(("crossOriginAuth",), "accepts passwords on pages of other origins")],
        ),
        (
            {"isTokenEndpointIpHeaderTrusted": True},
            [
                Violation(
                    ("isTokenEndpointIpHeaderTrusted",),
                    "lets the client choose the IP address that attack protection counts",
                )
            ],
        ),
        (
            {"thirdPartySecurityMode": "permissive"},
            [Violation(("thirdPartySecurityMode",), "exempts a third-party client from PKCE and consent")],
        ),
        ({"refreshToken": {**ROTATING, "rotationType": "non-rotating"}}, [NOT_ROTATING]),
        (
            {"refreshToken": {**ROTATING, "expirationType": "non-expiring"}},
            [Violation(("refreshToken", "expirationType"), ENDLESS)],
        ),
        (
            {"refreshToken": {**ROTATING, "infiniteTokenLifetime": True}},
            [Violation(("refreshToken", "infiniteTokenLifetime"), ENDLESS)],
        ),
        ({"refreshToken": None}, [NOT_ROTATING, Violation(("refreshToken", "expirationType"), ENDLESS)]),
        ({"grantTypes": Unknown("g")}, [Unknown("g")]),
    ],
)
def test_auth0s_legacy_settings_are_rejected(changed: dict[str, Any], expected: Findings) -> None:
    assert client(**changed) == expected


def test_other_resource_types_are_ignored() -> None:
    assert of_inputs(RULE, AUTH0_API, {}, context=context(RULE)) == []


WEB = made(AUTH0_CLIENT, "web", clientId="web", appType="regular_web", grantTypes=["authorization_code"])
PROGRAM = made(AUTH0_CLIENT, "program", clientId="program", appType="", grantTypes=["client_credentials"])
NATIVE = made(AUTH0_CLIENT, "native", clientId="native", appType="native", grantTypes=["authorization_code"])


def credentials(client_id: Any, method: Any, *, by_component: bool = False) -> Resource:
    values = {"clientId": client_id, "authenticationMethod": method}
    return made(AUTH0_CREDENTIALS, "credentials", by_component=by_component, **values)


@pytest.mark.parametrize("client_id", ["web", "program"])
def test_a_confidential_client_without_authentication_is_rejected(client_id: str) -> None:
    none, basic = credentials(client_id, "none"), credentials(client_id, "client_secret_basic")
    problem = "lets a confidential client get tokens without authentication"
    assert of_outputs(RULE, WEB, PROGRAM, none, context=context(RULE)) == [
        Violation(("authenticationMethod",), problem, none.urn)
    ]
    assert of_outputs(RULE, WEB, PROGRAM, basic, context=context(RULE)) == []


def test_a_public_client_without_authentication_is_accepted() -> None:
    none = credentials("native", "none")
    assert of_outputs(RULE, WEB, NATIVE, none, context=context(RULE)) == []


def test_an_unknown_client_id_is_reported_as_unknown_outside_the_component_only() -> None:
    unknown = Unknown("clientId")
    assert of_outputs(RULE, WEB, credentials(unknown, "none"), context=context(RULE)) == [unknown]
    assert of_outputs(RULE, NATIVE, credentials(unknown, "none"), context=context(RULE)) == []
    inside = credentials(unknown, "none", by_component=True)
    assert of_outputs(RULE, WEB, inside, context=context(RULE)) == []
