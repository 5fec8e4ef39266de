"""Checks of a declaration for an external authorization server, made before any request to the server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.authorization_servers.external.stark import (
    AGENT,
    DESKTOP,
    PERSON,
    RESOURCES,
    problems,
    tenant,
)

PATH = "authorizationServer.external"


@pytest.mark.parametrize("authority", ["https://id.stark.example", "https://id.stark.example/oidc/"])
def test_valid_declaration_has_no_findings(authority: str) -> None:
    assert problems(tenant(external={"authority": authority})) == []


def test_manual_registrations_need_no_client_registration() -> None:
    manual = {"crm": {"clientId": "crm", "access": ["9/test"]}}
    external = {"clientRegistration": None, "tokens": None}
    assert problems(tenant(external=external, clients={}, manual=manual)) == []


@pytest.mark.parametrize(
    ("external", "expected"),
    [
        ({"authority": "http://id.stark.example"}, [("error", f"{PATH}.authority")]),
        ({"authority": "https://id.stark.example?x"}, [("error", f"{PATH}.authority")]),
        (
            {"resources": {"9/production": {"scopes": ["flow"]}}},
            [("error", f"{PATH}.resources")],
        ),
        (
            {"resources": RESOURCES | {"9/spare": {"scopes": ["flow"]}}},
            [("error", f'{PATH}.resources."9/spare"')],
        ),
        (
            {
                "resources": {
                    "9/production": {"scopes": ["flow.production"], "audiences": ["flow"]},
                    "9/test": {"scopes": ["flow.test"], "audiences": ["flow"]},
                }
            },
            [("error", f'{PATH}.resources."9/test".audiences')],
        ),
        ({"tokens": None}, [("error", f"{PATH}.tokens.person")]),
        (
            {"tokens": {"person": [{"claim": "sid", "must": "one-of"}]}},
            [("error", f"{PATH}.tokens.person[0]")],
        ),
        (
            {"tokens": {"person": PERSON, "algorithms": ["HS256"]}},
            [("error", f"{PATH}.tokens.algorithms[0]")],
        ),
        (
            {"clientRegistration": None},
            [("error", "clients.agent"), ("error", "clients.desktop")],
        ),
        (
            {"registration": {"dynamic": {"access": ["9/spare"], "people": "everyone"}}},
            [("error", f"{PATH}.registration.dynamic.access[0]")],
        ),
    ],
)
def test_invalid_external_settings_are_reported_with_their_path(
    external: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert problems(tenant(external=external)) == expected


@pytest.mark.parametrize(
    ("client", "path"),
    [
        (AGENT | {"clientId": "agent"}, "clientId"),
        (AGENT | {"secret": {"issued": "2026-11-01", "lifetime": "180d"}}, "secret"),
        (
            AGENT | {"federatedCredential": {"issuer": "https://ci.example", "subject": "main"}},
            "federatedCredential",
        ),
        (DESKTOP | {"webOrigins": ["https://desktop.stark.example"]}, "webOrigins"),
        (DESKTOP | {"people": {"groups": ["planners"]}}, "people.groups"),
        (DESKTOP | {"people": "none"}, "people"),
    ],
)
def test_client_settings_that_rfc_7591_lacks_are_rejected(client: dict[str, Any], path: str) -> None:
    assert problems(tenant(clients={"app": client})) == [("error", f"clients.app.{path}")]


def test_client_with_a_jwks_url_is_accepted() -> None:
    keyed = AGENT | {"privateKeyJwt": {"jwksUrl": "https://agent.stark.example/jwks"}}
    assert problems(tenant(clients={"app": keyed})) == []
