"""FLOWMCP-029: realms prevent self-registration and password guessing."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.policy.rule import Unknown, Violation
from policies.rules.keycloak_realm import KeycloakRealm
from tests.unit.policies.seen import said_of

RULE = KeycloakRealm()
REALM = "keycloak:index/realm:Realm"
PROTECTED: dict[str, Any] = {"realm": "acme", "securityDefenses": {"bruteForceDetection": {}}}


@pytest.mark.parametrize("allowed", [False, None, "false"])
def test_a_realm_that_is_protected_and_closed_is_accepted(allowed: Any) -> None:
    assert said_of(RULE, REALM, {**PROTECTED, "registrationAllowed": allowed}) == []


@pytest.mark.parametrize("allowed", [True, "true", "True"])
def test_people_do_not_register_themselves(allowed: Any) -> None:
    assert said_of(RULE, REALM, {**PROTECTED, "registrationAllowed": allowed}) == [
        Violation(("registrationAllowed",), "lets anyone create an account")
    ]


@pytest.mark.parametrize("defenses", [None, {}, {"headers": {}}, {"bruteForceDetection": None}, True, []])
def test_guessing_is_detected(defenses: Any) -> None:
    assert said_of(RULE, REALM, {"realm": "acme", "securityDefenses": defenses}) == [
        Violation(
            ("securityDefenses", "bruteForceDetection"),
            "is missing, so passwords can be guessed without limit",
        )
    ]


def test_what_is_not_known_yet_is_said() -> None:
    there = Unknown("there")
    assert said_of(RULE, REALM, {"realm": "acme", "securityDefenses": there}) == [there]
    assert said_of(RULE, REALM, {**PROTECTED, "registrationAllowed": there}) == [there]


def test_a_realm_that_shows_nothing_is_not_judged() -> None:
    assert said_of(RULE, REALM, {}) == []
