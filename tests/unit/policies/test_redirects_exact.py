"""FLOWMCP-004: redirect URIs and web origins contain no wildcards."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Unknown, Violation
from flow_mcp.review.policy.rules.redirects_exact import RedirectsExact
from tests.unit.policies.findings import findings_of

RULE = RedirectsExact()
KEYCLOAK = "keycloak:openid/client:Client"
AUTH0 = "auth0:index/client:Client"
REGISTRATION = "flow-mcp:index:KeycloakClientRegistration"
PROBLEM = "matches several addresses, one of which an attacker may control"


@pytest.mark.parametrize(
    "uri",
    [
        "*",
        "+",
        "/*",
        "https://portal.acme.example/*",
        "https://*.acme.example/callback",
        "https://{organization_name}.acme.example/callback",
        "http://127.0.0.1:*/callback",
        "https://portal.acme.example*",
        7,
        {"uri": "https://a.example"},
    ],
)
def test_a_redirect_uri_with_a_wildcard_is_rejected(uri: Any) -> None:
    assert findings_of(RULE, KEYCLOAK, {"validRedirectUris": [uri]}) == [
        Violation(("validRedirectUris", 0), PROBLEM)
    ]


@pytest.mark.parametrize(
    "uri",
    [
        "https://portal.acme.example/callback",
        "https://a.example/cb?scope=a+b",
        "https://a.example/cb?q=*",
        "",
    ],
)
def test_an_exact_redirect_uri_is_accepted(uri: str) -> None:
    assert findings_of(RULE, KEYCLOAK, {"validRedirectUris": [uri]}) == []


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        (
            SETTINGS,
            {"tenant": {"clients": {"desktop": {"webOrigins": ["*"]}}}},
            ("tenant", "clients", "desktop", "webOrigins", 0),
        ),
        (KEYCLOAK, {"webOrigins": ["+"]}, ("webOrigins", 0)),
        (AUTH0, {"callbacks": ["https://*.acme.example/"]}, ("callbacks", 0)),
        (AUTH0, {"webOrigins": ["https://*.acme.example"]}, ("webOrigins", 0)),
        (AUTH0, {"allowedOrigins": ["https://*.acme.example"]}, ("allowedOrigins", 0)),
        (REGISTRATION, {"redirectHosts": ["*.acme.example"]}, ("redirectHosts", 0)),
        (REGISTRATION, {"senderHosts": ["*"]}, ("senderHosts", 0)),
        (REGISTRATION, {"corsOrigins": ["*"]}, ("corsOrigins", 0)),
    ],
)
def test_web_origins_and_hosts_are_checked(
    kind: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert findings_of(RULE, kind, properties) == [Violation(path, PROBLEM)]


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, KEYCLOAK, {"webOrigins": Unknown("there")}) == [Unknown("there")]
