"""FLOWMCP-028: clients at Keycloak have only the roles that the declaration grants."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.keycloak_clients import KeycloakClients
from tests.unit.policies.findings import findings_of

RULE = KeycloakClients()
CLIENT = "keycloak:openid/client:Client"
REALM_ROLE = "keycloak:openid/clientServiceAccountRealmRole:ClientServiceAccountRealmRole"
CLIENT_ROLE = "keycloak:openid/clientServiceAccountRole:ClientServiceAccountRole"
PEOPLE_AND_PROGRAM = "makes a client for people a program too, which gets tokens without a sign-in"


@pytest.mark.parametrize("allowed", [False, "false", "False"])
def test_a_client_without_full_scope_is_accepted(allowed: Any) -> None:
    assert findings_of(RULE, CLIENT, {"fullScopeAllowed": allowed, "serviceAccountsEnabled": True}) == []
    assert findings_of(RULE, CLIENT, {"fullScopeAllowed": allowed, "standardFlowEnabled": True}) == []


@pytest.mark.parametrize("allowed", [True, "true", None, "", 0, [], {}])
def test_full_scope_is_rejected_and_so_is_a_missing_setting(allowed: Any) -> None:
    assert findings_of(RULE, CLIENT, {"clientId": "portal", "fullScopeAllowed": allowed}) == [
        Violation(("fullScopeAllowed",), "is not false, so tokens carry every role of their user")
    ]


def test_a_client_for_both_people_and_a_program_is_rejected() -> None:
    client = {"fullScopeAllowed": False, "standardFlowEnabled": True, "serviceAccountsEnabled": True}
    assert findings_of(RULE, CLIENT, client) == [Violation(("serviceAccountsEnabled",), PEOPLE_AND_PROGRAM)]


@pytest.mark.parametrize(
    "role", ["admin", "flow-mcp:acme", "x-flow-mcp:acme:456:test:programs", "", 7, None, []]
)
def test_a_program_may_have_roles_of_protected_resources_only(role: Any) -> None:
    assert findings_of(RULE, REALM_ROLE, {"role": role, "realmId": "acme"}) == [
        Violation(("role",), "is not a role of a protected resource for programs")
    ]
    assert findings_of(RULE, REALM_ROLE, {"role": "flow-mcp:acme:456:test:programs"}) == []


@pytest.mark.parametrize("role", ["manage-users", "flow-mcp:acme:456:test:programs", None])
def test_a_program_may_not_have_a_role_of_another_client(role: Any) -> None:
    assert findings_of(RULE, CLIENT_ROLE, {"role": role, "realmId": "acme"}) == [
        Violation(("role",), "is a role of another client, possibly one that administers Keycloak")
    ]


def test_an_unknown_value_is_reported_as_unknown() -> None:
    there = Unknown("there")
    assert findings_of(RULE, CLIENT, {"fullScopeAllowed": there}) == [there]
    assert findings_of(RULE, CLIENT, {"fullScopeAllowed": False, "standardFlowEnabled": there}) == [there]
    assert findings_of(RULE, REALM_ROLE, {"role": there}) == [there]


@pytest.mark.parametrize("kind", [CLIENT, REALM_ROLE, CLIENT_ROLE])
def test_a_resource_without_properties_is_ignored(kind: str) -> None:
    assert findings_of(RULE, kind, {}) == []
