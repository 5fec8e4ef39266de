"""FLOWMCP-019: tokens are short-lived."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK, SCALEKIT
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.token_lifetimes import TokenLifetimes
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = TokenLifetimes()
CLIENT = "keycloak:openid/client:Client"
REALM = "keycloak:index/realm:Realm"
AUTH0_CLIENT = "auth0:index/client:Client"
ACCESS = "is not a lifetime of at most 1h"


def declared(server: dict[str, Any], tokens: dict[str, Any], **configured: Any) -> Findings:
    ((kind, own),) = server.items()
    return of_declaration(
        RULE,
        {kind: {**own, "tokens": tokens}},
        context=context(RULE, **configured),
        workspaces={"456": {"environments": ["production"]}},
    )


def longer(kind: str, *keys: str, than: str) -> Findings:
    return [Violation(("authorizationServer", kind, "tokens", *keys), f"is longer than the permitted {than}")]


@pytest.mark.parametrize("server", [KEYCLOAK, AUTH0, SCALEKIT])
def test_a_declared_access_token_may_live_an_hour_at_most(server: dict[str, Any]) -> None:
    (kind,) = server
    assert declared(server, {"access": "3600s"}) == declared(server, {"access": "1h"}) == []
    assert declared(server, {"access": "61m"}) == longer(kind, "access", than="1h")


def test_a_declared_refresh_token_may_live_thirty_days_at_most() -> None:
    assert declared(AUTH0, {"refresh": {"lifetime": "30d", "idle": "7d"}}) == []
    assert declared(AUTH0, {"refresh": {"lifetime": "31d", "idle": "7d"}}) == longer(
        "auth0", "refresh", "lifetime", than="30d"
    )


def test_the_longest_lifetimes_are_configurable() -> None:
    assert declared(KEYCLOAK, {"access": "8h"}, access="8h") == []
    assert declared(KEYCLOAK, {"access": "10m"}, access="5m") == longer("keycloak", "access", than="5m")
    assert declared(AUTH0, {"refresh": {"lifetime": "60d"}}, refresh="90d") == []


def test_a_tenant_without_declared_lifetimes_is_accepted() -> None:
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE)) == []


@pytest.mark.parametrize("value", ["300", "3600", 300, 3600.0, "1h0m0s", "5m0s", "300s", "60m", ""])
@pytest.mark.parametrize("kind", [CLIENT, REALM])
def test_lifetimes_in_the_notations_of_keycloaks_provider_are_accepted(kind: str, value: Any) -> None:
    assert findings_of(RULE, kind, {"accessTokenLifespan": value}) == []


@pytest.mark.parametrize(
    "value",
    ["3601", 3601, 1e300, float("nan"), "24h0m0s", "61m", "-1", -1, 0, "1d", "ever", True, [], {}, "9" * 40],
)
def test_a_longer_or_invalid_lifetime_is_rejected(value: Any) -> None:
    refused = [Violation(("accessTokenLifespan",), ACCESS)]
    assert findings_of(RULE, CLIENT, {"accessTokenLifespan": value}) == refused
    assert findings_of(RULE, REALM, {"accessTokenLifespan": value}) == refused


def test_refresh_token_lifetimes_at_auth0_are_checked_if_the_client_gets_refresh_tokens() -> None:
    def client(*grants: str) -> Findings:
        tokens = {"tokenLifetime": 31_557_600}
        return findings_of(RULE, AUTH0_CLIENT, {"grantTypes": list(grants), "refreshToken": tokens})

    assert client("authorization_code") == []
    assert client("authorization_code", "refresh_token") == [
        Violation(("refreshToken", "tokenLifetime"), "is not a lifetime of at most 30d")
    ]


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, CLIENT, {"accessTokenLifespan": Unknown("there")}) == [Unknown("there")]
