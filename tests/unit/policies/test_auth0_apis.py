"""FLOWMCP-023: APIs at Auth0 require client grants and roles."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK
from flow_mcp.review.policy.resources.types import AUTH0_API, AUTH0_CLIENT
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.auth0_apis import Auth0Apis
from tests.unit.policies.judging import Findings, context, of_declaration, of_inputs

RULE = Auth0Apis()
WITHOUT_ROLE = "admits every user of the Auth0 tenant, even without a role"
CLOSED: dict[str, Any] = {
    "signingAlg": "RS256",
    "tokenDialect": "rfc9068_profile",
    "enforcePolicies": True,
    "subjectTypeAuthorization": {
        "user": {"policy": "require_client_grant"},
        "client": {"policy": "deny_all"},
    },
}
PEOPLE = Violation(
    ("subjectTypeAuthorization", "user", "policy"),
    "lets every application get tokens on behalf of people, without a client grant",
)
PROGRAMS = Violation(
    ("subjectTypeAuthorization", "client", "policy"), "lets every program get tokens without a client grant"
)
FORM = Violation(
    ("tokenDialect",), "does not issue RFC 9068 tokens, so ID tokens could pass as access tokens"
)
SHARED = Violation(
    ("signingAlg",), "signs tokens with a shared secret, so whoever validates them could forge them"
)
NO_ROLES = Violation(("enforcePolicies",), WITHOUT_ROLE)


def policies(user: Any, client: Any = "deny_all") -> dict[str, Any]:
    return {"subjectTypeAuthorization": {"user": {"policy": user}, "client": {"policy": client}}}


def api(**changed: Any) -> Findings:
    return of_inputs(RULE, AUTH0_API, {**CLOSED, **changed}, context=context(RULE))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"signingAlg": "PS256"},
        {"signingAlg": None},
        {"tokenDialect": "rfc9068_profile_authz"},
        {"skipConsentForVerifiableFirstPartyClients": True},
        {"subjectTypeAuthorization": {"user": {"policy": "require_client_grant"}}},
        {**policies("deny_all"), "enforcePolicies": False},
        {**policies("require_client_grant", "require_client_grant")},
    ],
)
def test_an_api_that_requires_grants_and_roles_is_accepted(changed: dict[str, Any]) -> None:
    assert api(**changed) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (policies("allow_all"), [PEOPLE]),
        ({"subjectTypeAuthorization": None}, [PEOPLE]),
        ({"subjectTypeAuthorization": []}, [PEOPLE]),
        (policies("deny_all", "allow_all"), [PROGRAMS]),
        (policies(Unknown("p")), [Unknown("p")]),
        ({"enforcePolicies": False}, [NO_ROLES]),
        ({"enforcePolicies": None}, [NO_ROLES]),
        ({"enforcePolicies": "true"}, [NO_ROLES]),
        ({"signingAlg": "HS256"}, [SHARED]),
        ({"tokenDialect": None}, [FORM]),
        ({"tokenDialect": "access_token_authz"}, [FORM]),
        ({"tokenDialect": Unknown("t")}, [Unknown("t")]),
    ],
)
def test_an_api_with_an_insecure_setting_is_rejected(changed: dict[str, Any], expected: Findings) -> None:
    assert api(**changed) == expected


def test_people_everyone_is_rejected_at_auth0_only() -> None:
    desktop = {"grant": "authorization-code", "access": ["*"], "redirectUris": ["https://a.example/callback"]}
    everyone = {"desktop": {**desktop, "people": "everyone"}}
    groups = {"desktop": {**desktop, "people": {"groups": ["planners"]}}}
    found = [Violation(("clients", "desktop", "people"), WITHOUT_ROLE)]
    assert of_declaration(RULE, AUTH0, context=context(RULE), clients=everyone) == found
    assert of_declaration(RULE, AUTH0, context=context(RULE), clients=groups) == []
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE), clients=everyone) == []


def test_other_resource_types_are_ignored() -> None:
    assert of_inputs(RULE, AUTH0_CLIENT, {}, context=context(RULE)) == []
