"""FLOWMCP-003: redirect URIs use https or loopback."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Resource, Unknown, Violation
from flow_mcp.review.policy.rules.redirects_secure import RedirectsSecure
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import context

RULE = RedirectsSecure()
CLIENT = "flow-mcp:index:RegisteredClient"
PROBLEM = "is neither an https address nor plain http to loopback: codes can be intercepted"


@pytest.mark.parametrize(
    "uri",
    [
        "https://portal.acme.example/callback",
        "https://portal.acme.example/callback?from=flow",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:6274/oauth/callback",
        "http://[::1]:6274/callback",
        "http://localhost/callback",
    ],
)
def test_https_and_loopback_are_accepted(uri: str) -> None:
    assert findings_of(RULE, CLIENT, {"redirectUris": [uri]}) == []


@pytest.mark.parametrize(
    "uri",
    [
        "http://portal.acme.example/callback",
        "http://localhost.acme.example/callback",
        "http://localhost@acme.example/callback",
        "https://portal.acme.example@evil.example/callback",
        "https://*.acme.example/callback",
        "acme://callback",
        "com.acme.app:/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "urn:ietf:wg:oauth:2.0:oob",
        "//portal.acme.example/callback",
        "/callback",
        "*",
        "+",
        "",
        True,
        8180,
        {},
        ["https://portal.acme.example/callback"],
    ],
)
def test_any_other_redirect_uri_is_rejected(uri: Any) -> None:
    found = findings_of(RULE, CLIENT, {"redirectUris": ["https://a.example/", uri]})
    assert found == [Violation(("redirectUris", 1), PROBLEM)]


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        (
            SETTINGS,
            {"tenant": {"clients": {"desktop": {"redirectUris": ["http://a.example"]}}}},
            ("tenant", "clients", "desktop", "redirectUris", 0),
        ),
        (
            "keycloak:openid/client:Client",
            {"validRedirectUris": ["http://a.example"]},
            ("validRedirectUris", 0),
        ),
        (
            "azuread:index/application:Application",
            {"web": {"redirectUris": ["http://a.example"]}},
            ("web", "redirectUris", 0),
        ),
        (
            "azuread:index/application:Application",
            {"singlePageApplication": {"redirectUris": ["http://a.example"]}},
            ("singlePageApplication", "redirectUris", 0),
        ),
        (
            "azuread:index/application:Application",
            {"publicClient": {"redirectUris": ["http://a.example"]}},
            ("publicClient", "redirectUris", 0),
        ),
        (
            "azuread:index/applicationRedirectUris:ApplicationRedirectUris",
            {"redirectUris": ["http://a.example"]},
            ("redirectUris", 0),
        ),
        ("auth0:index/client:Client", {"callbacks": ["http://a.example"]}, ("callbacks", 0)),
        ("auth0:index/clientCimd:ClientCimd", {"callbacks": ["http://a.example"]}, ("callbacks", 0)),
        ("flow-mcp:index:ScalekitClient", {"redirectUris": ["http://a.example"]}, ("redirectUris", 0)),
    ],
)
def test_the_clients_of_all_authorization_servers_are_checked(
    kind: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert findings_of(RULE, kind, properties) == [Violation(path, PROBLEM)]


def test_a_single_value_instead_of_a_list_is_checked() -> None:
    assert findings_of(RULE, CLIENT, {"redirectUris": "https://a.example/"}) == []
    assert findings_of(RULE, CLIENT, {"redirectUris": "http://a.example/"}) == [
        Violation(("redirectUris",), PROBLEM)
    ]


@pytest.mark.parametrize(
    "properties", [{}, {"redirectUris": []}, {"redirectUris": None}, {"redirectUris": {}}]
)
def test_a_client_without_redirect_uris_is_accepted(properties: dict[str, Any]) -> None:
    assert findings_of(RULE, CLIENT, properties) == []


def test_private_use_schemes_are_accepted_if_the_configuration_lists_them() -> None:
    def found(uri: str) -> bool:
        return bool(
            findings_of(RULE, CLIENT, {"redirectUris": [uri]}, privateUseSchemes=["com.acme.app", "acme"])
        )

    assert not found("com.acme.app:/callback")
    # Not a domain's name reversed (RFC 8252, section 7.1): anyone may claim it.
    assert found("acme://callback")
    assert found("com.acme.other:/callback")
    assert found("com.acme.app")


def test_an_unknown_value_is_reported_as_unknown_beside_violations() -> None:
    assert findings_of(RULE, CLIENT, {"redirectUris": [Unknown("there"), "http://a.example"]}) == [
        Unknown("there"),
        Violation(("redirectUris", 1), PROBLEM),
    ]


CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback"
KEYCLOAK_CLIENT = "keycloak:openid/client:Client"
MADE_BY_COMPONENT = f"urn:pulumi:acme::flow-mcp::{SETTINGS}${KEYCLOAK_CLIENT}::desktop"


def of_settings(uri: str, application: str | None, **more: Any) -> list[Violation | Unknown]:
    client = {"redirectUris": [uri], **({"application": application} if application else {})}
    return findings_of(RULE, SETTINGS, {"tenant": {"clients": {"desktop": client}}, **more})


def test_cursor_s_scheme_is_accepted_for_the_client_that_names_cursor() -> None:
    assert of_settings(CURSOR, "cursor") == []


@pytest.mark.parametrize(
    ("uri", "application"),
    [
        (CURSOR, None),
        (CURSOR, "vscode"),
        (CURSOR, "planner"),
        ("cursor://anysphere.cursor-mcp/oauth/other", "cursor"),
        ("cursor://another.example/oauth/callback", "cursor"),
        ("acme://callback", "cursor"),
        ("javascript:alert(1)", "cursor"),
    ],
)
def test_the_scheme_is_rejected_for_every_other_client_and_address(uri: str, application: str | None) -> None:
    path = ("tenant", "clients", "desktop", "redirectUris", 0)
    assert of_settings(uri, application) == [Violation(path, PROBLEM)]


def test_a_team_s_own_file_permits_no_scheme() -> None:
    own = {"planner": {"privateUseRedirectUris": ["acme://planner/callback"]}}
    path = ("tenant", "clients", "desktop", "redirectUris", 0)
    assert of_settings("acme://planner/callback", "planner", applications=own) == [Violation(path, PROBLEM)]


@pytest.mark.parametrize(
    ("urn", "uri", "accepted"),
    [
        (MADE_BY_COMPONENT, CURSOR, True),
        (MADE_BY_COMPONENT, "acme://callback", False),
        (f"urn:pulumi:acme::flow-mcp::{KEYCLOAK_CLIENT}::desktop", CURSOR, False),
        (f"urn:pulumi:acme::flow-mcp::{KEYCLOAK_CLIENT}::{SETTINGS}", CURSOR, False),
        ("", CURSOR, False),
    ],
)
def test_a_client_outside_the_component_has_no_scheme_of_its_own(urn: str, uri: str, accepted: bool) -> None:
    resource = Resource(KEYCLOAK_CLIENT, inputs={"validRedirectUris": [uri]}, urn=urn)
    expected = [] if accepted else [Violation(("validRedirectUris", 0), PROBLEM)]
    assert list(RULE.in_resource(resource, context(RULE))) == expected
