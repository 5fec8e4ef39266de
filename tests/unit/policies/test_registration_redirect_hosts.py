"""FLOWMCP-038: dynamic client registration limits the hosts of redirect URIs."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK, SCALEKIT
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.registration_redirect_hosts import RegistrationRedirectHosts
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = RegistrationRedirectHosts()
EXTERNAL = {
    "external": {
        "authority": "https://id.acme.example",
        "resources": {"456/production": {"scopes": ["flow"]}},
        "tokens": {"person": [{"claim": "sid", "must": "present"}]},
    }
}


def declared(server: dict[str, Any], **dynamic: Any) -> Findings:
    ((kind, own),) = server.items()
    registration = {"dynamic": {"access": ["*"], "people": "everyone", **dynamic}}
    return of_declaration(
        RULE,
        {kind: {**own, "registration": registration}},
        context=context(RULE),
        workspaces={"456": {"environments": ["production"]}},
    )


@pytest.mark.parametrize("server", [AUTH0, SCALEKIT, EXTERNAL])
def test_registration_at_a_server_without_redirect_hosts_is_reported(server: dict[str, Any]) -> None:
    (kind,) = server
    path = ("authorizationServer", kind, "registration", "dynamic")
    assert declared(server) == [
        Violation(path, "lets anyone register clients with redirect URIs on any host")
    ]


def test_registration_at_keycloak_with_redirect_hosts_is_accepted() -> None:
    assert declared(KEYCLOAK, redirectHosts=["claude.ai"]) == []


@pytest.mark.parametrize("server", [AUTH0, KEYCLOAK, SCALEKIT])
def test_a_tenant_without_registration_is_accepted(server: dict[str, Any]) -> None:
    workspaces = {"456": {"environments": ["production"]}}
    assert of_declaration(RULE, server, context=context(RULE), workspaces=workspaces) == []
