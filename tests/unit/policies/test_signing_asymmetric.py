"""FLOWMCP-008: tokens are signed with an asymmetric algorithm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Resource, Unknown, Violation
from flow_mcp.review.policy.rules.signing_asymmetric import SigningAsymmetric
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import context

RULE = SigningAsymmetric()
REALM = "keycloak:index/realm:Realm"
CLIENT = "keycloak:openid/client:Client"
PROBLEM = "is not an asymmetric algorithm, so whoever validates tokens could forge them"
ACCEPTED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REFUSED: tuple[Any, ...] = (
    "HS256",
    "HS512",
    "none",
    "None",
    "rs256",
    "RS1",
    "ES256K",
    " RS256",
    True,
    256,
    {},
    [[]],
)


@pytest.mark.parametrize("algorithm", ACCEPTED)
def test_asymmetric_algorithms_are_accepted(algorithm: str) -> None:
    assert findings_of(RULE, REALM, {"defaultSignatureAlgorithm": algorithm}) == []


@pytest.mark.parametrize("algorithm", REFUSED)
def test_all_other_algorithms_are_rejected(algorithm: Any) -> None:
    assert findings_of(RULE, REALM, {"defaultSignatureAlgorithm": algorithm}) == [
        Violation(("defaultSignatureAlgorithm",), PROBLEM)
    ]


@pytest.mark.parametrize("key", ["access.token.signed.response.alg", "id.token.signed.response.alg"])
def test_a_client_at_keycloak_may_not_set_a_symmetric_algorithm(key: str) -> None:
    assert findings_of(RULE, CLIENT, {"extraConfig": {key: "HS256"}}) == [
        Violation(("extraConfig", key), PROBLEM)
    ]
    assert findings_of(RULE, CLIENT, {"extraConfig": {key: "PS256"}}) == []


@pytest.mark.parametrize("properties", [{}, {"extraConfig": {}}, {"extraConfig": None}, {"extraConfig": 7}])
def test_a_client_without_its_own_algorithm_is_accepted(properties: dict[str, Any]) -> None:
    assert findings_of(RULE, CLIENT, properties) == []
    assert findings_of(RULE, REALM, {"defaultSignatureAlgorithm": ""}) == []


def test_accepted_algorithms_are_checked_in_the_declaration_and_in_the_settings() -> None:
    external = {"external": {"tokens": {"algorithms": ["RS256", "HS256"]}}}
    declared = Resource(SETTINGS, inputs={"tenant": {"authorizationServer": external}})
    assert list(RULE.in_resource(declared, context(RULE))) == [
        Violation(("tenant", "authorizationServer", "external", "tokens", "algorithms", 1), PROBLEM)
    ]
    servers = [{"tokenProfile": {"algorithms": ["ES256"]}}, {"tokenProfile": {"algorithms": [""]}}]
    made = Resource(SETTINGS, outputs={"settings": json.dumps({"authorizationServers": servers})})
    here = ("settings", "authorizationServers", 1, "tokenProfile", "algorithms", 0)
    assert list(RULE.in_resource(made, context(RULE))) == [Violation(here, PROBLEM)]


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, REALM, {"defaultSignatureAlgorithm": Unknown("there")}) == [Unknown("there")]
    assert findings_of(RULE, CLIENT, {"extraConfig": Unknown("there")}) == [Unknown("there")] * 2
