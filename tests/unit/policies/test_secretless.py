"""FLOWMCP-034: clients authenticate without a secret where the server supports it."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, ENTRA, KEYCLOAK, SCALEKIT
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.secretless import Secretless
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = Secretless()
KEY = {"privateKeyJwt": {"jwksUrl": "https://agent.acme.example/jwks"}}
TOKEN = {"federatedCredential": {"issuer": "https://token.example", "subject": "agent"}}
SECRET = {"secret": {"issued": "2026-11-01", "lifetime": "180d"}}


def declared(server: Any, **client: Any) -> Findings:
    agent = {"grant": "client-credentials", "access": ["456/production"], **client}
    workspaces = {"456": {"environments": ["production"]}}
    return of_declaration(
        RULE, server, context=context(RULE), clients={"agent": agent}, workspaces=workspaces
    )


@pytest.mark.parametrize(
    ("server", "secret", "instead"),
    [
        (KEYCLOAK, {}, "federatedCredential and privateKeyJwt"),
        (AUTH0, {}, "privateKeyJwt"),
        (ENTRA, SECRET, "federatedCredential"),
    ],
)
def test_a_secret_is_reported_if_the_server_supports_an_alternative(
    server: Any, secret: Any, instead: str
) -> None:
    assert declared(server, **secret) == [
        Violation(("clients", "agent"), f"uses a client secret although the server supports {instead}")
    ]


@pytest.mark.parametrize(("server", "credential"), [(KEYCLOAK, KEY), (KEYCLOAK, TOKEN), (ENTRA, TOKEN)])
def test_private_keys_and_federated_credentials_are_accepted(server: Any, credential: Any) -> None:
    assert declared(server, **credential) == []


def test_a_secret_is_accepted_if_the_server_supports_only_secrets() -> None:
    assert declared(SCALEKIT) == []


def test_a_confidential_client_for_people_is_reported_and_a_public_one_accepted() -> None:
    portal = {
        "grant": "authorization-code",
        "redirectUris": ["https://portal.acme.example/callback"],
        "people": {"groups": ["planners"]},
    }
    assert declared(KEYCLOAK, **portal) == []
    assert declared(KEYCLOAK, **portal, clientType="confidential") == [
        Violation(
            ("clients", "agent"),
            "uses a client secret although the server supports federatedCredential and privateKeyJwt",
        )
    ]
