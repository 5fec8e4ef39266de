"""FLOWMCP-029: realms prevent self-registration and password guessing."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.keycloak_realm import KeycloakRealm
from tests.unit.policies.findings import findings_of

RULE = KeycloakRealm()
REALM = "keycloak:index/realm:Realm"
PROTECTED: dict[str, Any] = {"realm": "acme", "securityDefenses": {"bruteForceDetection": {}}}


@pytest.mark.parametrize("allowed", [False, None, "false"])
def test_a_realm_without_self_registration_and_with_brute_force_detection_is_accepted(allowed: Any) -> None:
    assert findings_of(RULE, REALM, {**PROTECTED, "registrationAllowed": allowed}) == []


@pytest.mark.parametrize("allowed", [True, "true", "True"])
def test_self_registration_is_rejected(allowed: Any) -> None:
    assert findings_of(RULE, REALM, {**PROTECTED, "registrationAllowed": allowed}) == [
        Violation(("registrationAllowed",), "lets anyone create an account")
    ]


@pytest.mark.parametrize("defenses", [None, {}, {"headers": {}}, {"bruteForceDetection": None}, True, []])
def test_missing_brute_force_detection_is_rejected(defenses: Any) -> None:
    assert findings_of(RULE, REALM, {"realm": "acme", "securityDefenses": defenses}) == [
        Violation(
            ("securityDefenses", "bruteForceDetection"),
            "is missing, so passwords can be guessed without limit",
        )
    ]


def test_an_unknown_value_is_reported_as_unknown() -> None:
    there = Unknown("there")
    assert findings_of(RULE, REALM, {"realm": "acme", "securityDefenses": there}) == [there]
    assert findings_of(RULE, REALM, {**PROTECTED, "registrationAllowed": there}) == [there]


def test_a_realm_without_properties_is_ignored() -> None:
    assert findings_of(RULE, REALM, {}) == []
