"""FLOWMCP-006: no client uses the password grant."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.no_password_grant import NoPasswordGrant
from tests.unit.policies.findings import findings_of

RULE = NoPasswordGrant()
KEYCLOAK = "keycloak:openid/client:Client"
ENTRA = "azuread:index/application:Application"
AUTH0 = "auth0:index/client:Client"
REGISTERED = "flow-mcp:index:RegisteredClient"
PROBLEM = "allows the password grant, in which the client sees people's passwords"


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        (KEYCLOAK, {"directAccessGrantsEnabled": True}, ("directAccessGrantsEnabled",)),
        (ENTRA, {"fallbackPublicClientEnabled": True}, ("fallbackPublicClientEnabled",)),
        (AUTH0, {"grantTypes": ["authorization_code", "password"]}, ("grantTypes", 1)),
        (
            AUTH0,
            {"grantTypes": ["http://auth0.com/oauth/grant-type/password-realm"]},
            ("grantTypes", 0),
        ),
        (AUTH0, {"grantTypes": ["http://auth0.com/oauth/legacy/grant-type/ro"]}, ("grantTypes", 0)),
        (REGISTERED, {"grantTypes": ["password"]}, ("grantTypes", 0)),
    ],
)
def test_the_password_grant_is_rejected_at_every_server(
    kind: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert findings_of(RULE, kind, properties) == [Violation(path, PROBLEM)]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (KEYCLOAK, {"directAccessGrantsEnabled": False}),
        (KEYCLOAK, {"clientId": "portal"}),
        (ENTRA, {"publicClient": {"redirectUris": ["http://127.0.0.1/callback"]}}),
        (AUTH0, {"grantTypes": ["client_credentials"]}),
        (REGISTERED, {"grantTypes": [{"password": True}]}),
    ],
)
def test_a_client_without_the_password_grant_is_accepted(kind: str, properties: dict[str, Any]) -> None:
    assert findings_of(RULE, kind, properties) == []


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, KEYCLOAK, {"directAccessGrantsEnabled": Unknown("there")}) == [Unknown("there")]
