"""Adopted clients that keep their attributes cannot get declared ones."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.findings import DeclarationError

KEPT = {"Client/agent": {"id": "acme/c-1", "keep": ["extraConfig"]}}
MAPPER = "GenericProtocolMapper/1/test-program"
ISSUER = {"issuer": "https://sso.acme.example", "jwksUrl": "https://sso.acme.example/keys"}


def problems(client: dict[str, Any], **more: Any) -> list[str]:
    tenant = {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.example", "realm": {"name": "acme", "create": False}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["1/test"], **client}},
        "adopted": KEPT,
        **more,
    }
    try:
        from_configuration(tenant, {"server": "https://flow.example"}, source="acme")
    except DeclarationError as error:
        return [problem.path for problem in error.problems if problem.severity == "error"]
    return []


@pytest.mark.parametrize(
    ("client", "path"),
    [
        ({"secret": {"issued": "2026-11-01", "rotateAfter": "90d", "overlap": "7d"}}, "clients.agent.secret"),
        ({"tokens": {"binding": "dpop"}}, "clients.agent.tokens"),
        (
            {
                "federatedCredential": {
                    "issuer": "https://token.actions.githubusercontent.com",
                    "subject": "s",
                }
            },
            "clients.agent.federatedCredential",
        ),
    ],
)
def test_a_setting_that_needs_attributes_is_refused_while_they_are_kept(
    client: dict[str, Any], path: str
) -> None:
    assert problems(client) == [path]
    assert problems(client, adopted={"Client/agent": {"id": "acme/c-1", "keep": ["name"]}}) == []


def test_a_client_without_such_settings_may_keep_its_attributes() -> None:
    assert problems({}) == []


@pytest.mark.parametrize("line", ["ClientDefaultScopes/portal-default-scopes", MAPPER])
def test_assertions_are_refused_while_scopes_or_mappers_that_limit_them_are_left(line: str) -> None:
    portal = {
        "grant": "authorization-code",
        "clientType": "confidential",
        "redirectUris": ["https://portal.acme.example/cb"],
        "access": ["1/test"],
        "people": {"groups": ["/planners"]},
    }
    clients, enterprise = {"portal": portal}, [{**ISSUER, "clients": ["portal"]}]
    left = {"Client/portal": {"id": "acme/c-1"}, line: {"leave": True}}
    assert problems({}, clients=clients, enterprise=enterprise, adopted=left) == ["enterprise"]
    assert problems({}, clients=clients, adopted=left) == []
    left = {
        "Client/portal": {"id": "acme/c-1"},
        "ClientOptionalScopes/portal-optional-scopes": {"leave": True},
    }
    assert problems({}, clients=clients, enterprise=enterprise, adopted=left) == []
