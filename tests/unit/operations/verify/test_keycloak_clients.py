"""Tests of the checks of Keycloak's clients with a fake; tests/live has a real Keycloak."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from flow_mcp.operations.verify import keycloak_clients
from flow_mcp.operations.verify.checks import CHECKS
from tests.unit.operations.verify.declared import declaration
from tests.unit.operations.verify.fake import Fake
from tests.unit.runtime import acme

_ADMIN = "https://id.acme.example/admin/realms/acme"
_CREDENTIALS = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "the-administrator's-password"}


def _fake(agent: dict[str, Any] | None = None, **changes: Any) -> Fake:
    """Return a realm as declared, except for `agent` and for these changes of the client `desktop`."""
    fake = Fake()
    clients = {
        acme.DESKTOP: {
            "enabled": True,
            "standardFlowEnabled": True,
            "publicClient": True,
            "redirectUris": ["http://127.0.0.1/callback"],
            "webOrigins": ["https://inspector.example"],
            "optionalClientScopes": ["mcp-456-production", "mcp-456-test", "flow", "flow", "offline_access"],
            "defaultClientScopes": ["basic"],
            "attributes": {"pkce.code.challenge.method": "S256"},
            **changes,
        },
        **({acme.AGENT: agent} if agent else {}),
    }
    token = "https://id.acme.example/realms/master/protocol/openid-connect/token"
    fake.answer("POST", token, 200, {"access_token": "an-administrator's-token", "expires_in": 60})
    fake.answers["GET", f"{_ADMIN}/clients"] = lambda request: httpx.Response(
        200, json=[clients[name]] if (name := request.url.params["clientId"]) in clients else []
    )
    return fake


def test_each_deviation_has_its_check() -> None:
    deviations: list[tuple[dict[str, Any], str]] = [
        ({"enabled": False}, "V-CLIENT-001"),
        ({"implicitFlowEnabled": True}, "V-CLIENT-002"),
        (
            {"attributes": {"pkce.code.challenge.method": "S256", "oidc.ciba.grant.enabled": "true"}},
            "V-CLIENT-002",
        ),
        ({"redirectUris": []}, "V-CLIENT-003"),
        ({"webOrigins": ["+"]}, "V-CLIENT-003"),
        ({"defaultClientScopes": ["basic", "roles"]}, "V-CLIENT-004"),
        ({"fullScopeAllowed": True}, "V-CLIENT-004"),
        ({"attributes": {}}, "V-CLIENT-005"),
        ({"publicClient": False}, "V-CLIENT-006"),
    ]
    checks = [check for check in CHECKS if check.id.startswith("V-CLIENT-")]
    for changes, named in deviations:
        fake = _fake(**changes)
        failed_checks = {
            check.id
            for check in checks
            for status, subject, _ in fake.observed(
                check, declaration=declaration(), environment=_CREDENTIALS
            )
            if (status, subject) == ("fail", "desktop")
        }
        assert failed_checks == {named}, changes


def test_the_scope_that_keycloak_adds_at_each_change_of_a_program_is_permitted_for_programs_only() -> None:
    scopes = {"defaultClientScopes": ["basic", "service_account"]}
    fake = _fake(agent=scopes, **scopes)
    observed = fake.observed(keycloak_clients.scopes, declaration=declaration(), environment=_CREDENTIALS)
    assert [line for line in observed if line[2].startswith("default scopes")] == [
        ("pass", "agent", "default scopes: basic"),
        ("fail", "desktop", "default scopes: basic, service_account; not declared: service_account"),
    ]


def test_a_missing_client_is_reported() -> None:
    observed = _fake().observed(keycloak_clients.exists, declaration=declaration(), environment=_CREDENTIALS)
    assert observed == [
        ("fail", "agent", f"{acme.AGENT}: missing"),
        ("pass", "desktop", f"{acme.DESKTOP}: enabled"),
    ]


@pytest.mark.parametrize(
    ("kind", "environment", "reason"),
    [
        ("keycloak", {}, "the environment has no administrator's credentials"),
        ("auth0", _CREDENTIALS, "the clients of auth0 cannot be read"),
    ],
)
def test_a_skipped_check_has_a_reason(kind: str, environment: dict[str, str], reason: str) -> None:
    fake = Fake(kind=kind)
    ((status, _, seen),) = fake.observed(
        keycloak_clients.exists, declaration=declaration(), environment=environment
    )
    assert status == "skipped"
    assert seen.startswith(reason)


def test_rejected_administrator_credentials_skip_the_check() -> None:
    fake = _fake()
    token = "https://id.acme.example/realms/master/protocol/openid-connect/token"
    fake.answer(
        "POST", token, 401, {"error": "invalid_grant", "error_description": "Invalid user credentials"}
    )
    ((status, _, seen),) = fake.observed(
        keycloak_clients.exists, declaration=declaration(), environment=_CREDENTIALS
    )
    assert status == "skipped"
    assert _CREDENTIALS["KEYCLOAK_PASSWORD"] not in seen
