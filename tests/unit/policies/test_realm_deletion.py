"""FLOWMCP-026: deleting a stack does not delete a realm with production."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.policy.examples import AUTH0
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.realm_deletion import RealmDeletion
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = RealmDeletion()


def declared(*environments: str, realm: dict[str, Any], **configured: Any) -> Findings:
    server = {"keycloak": {"url": "https://id.acme.example", "realm": {"name": "acme", **realm}}}
    workspaces = {"456": {"environments": list(environments)}}
    return of_declaration(RULE, server, context=context(RULE, **configured), workspaces=workspaces)


def test_a_deletable_realm_with_production_is_reported() -> None:
    path = ("authorizationServer", "keycloak", "realm", "deletable")
    refused = [Violation(path, "deletes the realm with all its users when the stack is deleted")]
    mine = {"create": True, "deletable": True}
    assert declared("test", "production", realm=mine) == refused
    assert declared("test", "production", realm={"create": True}) == []
    assert declared("test", realm=mine) == []
    assert declared("test", realm=mine, production=["test"]) == refused
    assert declared("production", realm=mine, production=[]) == []


def test_an_existing_realm_is_ignored() -> None:
    assert declared("production", realm={"create": False, "deletable": True}) == []


def test_other_authorization_servers_are_ignored() -> None:
    assert of_declaration(RULE, AUTH0, context=context(RULE)) == []
