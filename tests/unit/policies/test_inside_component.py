"""FLOWMCP-027: every resource belongs to McpServerSettings."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Resource, Violation
from flow_mcp.review.policy.rules.inside_component import InsideComponent
from tests.unit.policies.judging import Findings, context

RULE = InsideComponent()
REALM = "keycloak:index/realm:Realm"
SERVER = "flow-mcp:index:KeycloakAuthorizationServer"
PREFIX = "urn:pulumi:acme::flow-mcp::"
OUTSIDE = [Violation((), "is outside McpServerSettings, so no diff or report shows it")]


def found(kind: str, urn: str, **configured: Any) -> Findings:
    return list(RULE.in_resource(Resource(kind, urn=urn), context(RULE, **configured)))


@pytest.mark.parametrize(
    ("kind", "qualified"),
    [
        (SETTINGS, f"{SETTINGS}::acme"),
        (SERVER, f"{SETTINGS}${SERVER}::acme"),
        (REALM, f"{SETTINGS}${SERVER}${REALM}::realm"),
        (REALM, f"acme:index:Everything${SETTINGS}${SERVER}${REALM}::realm"),
        ("pulumi:providers:keycloak", f"{SETTINGS}${SERVER}$pulumi:providers:keycloak::acme-admin"),
        ("pulumi:providers:keycloak", "pulumi:providers:keycloak::default"),
        ("pulumi:providers:keycloak", "pulumi:providers:keycloak::default_6_11_0"),
        ("pulumi:pulumi:Stack", "pulumi:pulumi:Stack::flow-mcp-acme"),
        ("pulumi:pulumi:StackReference", "pulumi:pulumi:StackReference::other"),
    ],
)
def test_the_component_its_resources_and_those_of_pulumi_are_accepted(kind: str, qualified: str) -> None:
    assert found(kind, f"{PREFIX}{qualified}") == []


@pytest.mark.parametrize(
    ("kind", "qualified"),
    [
        (REALM, f"{REALM}::realm"),
        (REALM, f"{REALM}::{SETTINGS}"),
        (REALM, f"{REALM}::x::{SETTINGS}${REALM}"),
        (REALM, f"acme:index:{SETTINGS}Like${REALM}::realm"),
        (REALM, f"acme:index:McpServerSettings${REALM}::realm"),
        (SERVER, f"{SERVER}::acme"),
        ("pulumi:providers:keycloak", "pulumi:providers:keycloak::admin"),
        (REALM, f"{REALM}::default"),
        ("random:index/randomPassword:RandomPassword", "random:index/randomPassword:RandomPassword::p"),
    ],
)
def test_every_other_resource_is_rejected_whatever_its_name(kind: str, qualified: str) -> None:
    assert found(kind, f"{PREFIX}{qualified}") == OUTSIDE


def test_the_types_permitted_outside_are_configurable() -> None:
    urn = f"{PREFIX}{REALM}::realm"
    assert found(REALM, urn, types=[REALM]) == []
    reference = "pulumi:pulumi:StackReference"
    assert found(reference, f"{PREFIX}{reference}::other", types=[]) == OUTSIDE


def test_a_resource_without_a_urn_is_ignored() -> None:
    assert found(REALM, "") == found(REALM, "urn:pulumi:acme") == []
