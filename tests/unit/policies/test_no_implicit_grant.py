"""FLOWMCP-005: no client uses the implicit grant."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.policy.rule import Unknown, Violation
from policies.rules.no_implicit_grant import NoImplicitGrant
from tests.unit.policies.seen import said_of

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
def test_the_implicit_grant_is_refused_at_every_server(
    kind: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert said_of(RULE, kind, properties) == [Violation(path, PROBLEM)]


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
def test_a_client_without_it_is_accepted(kind: str, properties: dict[str, Any]) -> None:
    assert said_of(RULE, kind, properties) == []


def test_a_client_at_auth0_that_lists_no_grants_gets_this_one() -> None:
    assert said_of(RULE, AUTH0, {"name": "portal"}) == [
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
def test_what_is_not_known_yet_is_said(kind: str, properties: dict[str, Any]) -> None:
    assert set(said_of(RULE, kind, properties)) == {Unknown("there")}
