"""FLOWMCP-005: no client uses the implicit grant."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.no_implicit_grant import NoImplicitGrant
from tests.unit.policies.findings import findings_of

RULE = NoImplicitGrant()
KEYCLOAK = "keycloak:openid/client:Client"
ENTRA = "azuread:index/application:Application"
REGISTRATION = "azuread:index/applicationRegistration:ApplicationRegistration"
AUTH0 = "auth0:index/client:Client"
DOCUMENT = "auth0:index/clientCimd:ClientCimd"
REGISTERED = "flow-mcp:index:RegisteredClient"
PROBLEM = "allows tokens in URLs, which leak through browser history and logs"


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        (KEYCLOAK, {"implicitFlowEnabled": True}, ("implicitFlowEnabled",)),
        (KEYCLOAK, {"implicitFlowEnabled": "true"}, ("implicitFlowEnabled",)),
        (
            ENTRA,
            {"web": {"implicitGrant": {"accessTokenIssuanceEnabled": True}}},
            ("web", "implicitGrant", "accessTokenIssuanceEnabled"),
        ),
        (
            ENTRA,
            {"web": {"implicitGrant": {"idTokenIssuanceEnabled": True}}},
            ("web", "implicitGrant", "idTokenIssuanceEnabled"),
        ),
        (
            REGISTRATION,
            {"implicitAccessTokenIssuanceEnabled": True},
            ("implicitAccessTokenIssuanceEnabled",),
        ),
        (REGISTRATION, {"implicitIdTokenIssuanceEnabled": True}, ("implicitIdTokenIssuanceEnabled",)),
        (AUTH0, {"grantTypes": ["authorization_code", "implicit"]}, ("grantTypes", 1)),
        (DOCUMENT, {"grantTypes": ["implicit"]}, ("grantTypes", 0)),
        (REGISTERED, {"grantTypes": "implicit"}, ("grantTypes",)),
    ],
)
def test_the_implicit_grant_is_rejected_at_every_server(
    kind: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert findings_of(RULE, kind, properties) == [Violation(path, PROBLEM)]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (KEYCLOAK, {"implicitFlowEnabled": False}),
        (KEYCLOAK, {"clientId": "portal"}),
        (ENTRA, {"web": {"redirectUris": ["https://a.example/"]}}),
        (ENTRA, {"web": {"implicitGrant": {"accessTokenIssuanceEnabled": False}}}),
        (ENTRA, {"web": "implicitGrant"}),
        (AUTH0, {"grantTypes": ["authorization_code", "refresh_token"]}),
        (AUTH0, {}),
        (DOCUMENT, {"externalClientId": "https://claude.ai/x"}),
        (REGISTERED, {"grantTypes": []}),
    ],
)
def test_a_client_without_the_implicit_grant_is_accepted(kind: str, properties: dict[str, Any]) -> None:
    assert findings_of(RULE, kind, properties) == []


def test_a_client_at_auth0_without_a_list_of_grants_is_rejected() -> None:
    assert findings_of(RULE, AUTH0, {"name": "portal"}) == [
        Violation(("grantTypes",), "is not set, and Auth0's default includes the implicit grant")
    ]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (KEYCLOAK, {"implicitFlowEnabled": Unknown("there")}),
        (ENTRA, {"web": Unknown("there")}),
        (AUTH0, {"grantTypes": Unknown("there")}),
    ],
)
def test_an_unknown_value_is_reported_as_unknown(kind: str, properties: dict[str, Any]) -> None:
    assert set(findings_of(RULE, kind, properties)) == {Unknown("there")}
