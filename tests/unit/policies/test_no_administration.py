"""FLOWMCP-039: no client may administer the authorization server."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import (
    AUTH0_GRANT,
    ENTRA_API_ACCESS,
    ENTRA_APPLICATION,
    ENTRA_DIRECTORY_ROLES,
)
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.no_administration import NoAdministration
from tests.unit.policies.judging import Findings, context, of_inputs

RULE = NoAdministration()
GRAPH = "00000003-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
OWN = "8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55"
PERMISSION = "is a Microsoft API, whose application permissions cover the whole Entra tenant"
HERE = ("requiredResourceAccesses", 0, "resourceAppId")


def requires(api: Any, *kinds: Any, inside: bool = False) -> Findings:
    accesses = [{"id": OWN, "type": kind} for kind in kinds]
    inputs = {"requiredResourceAccesses": [{"resourceAppId": api, "resourceAccesses": accesses}]}
    return of_inputs(RULE, ENTRA_APPLICATION, inputs, context=context(RULE), made_by_component=inside)


def test_roles_at_own_apis_and_scopes_at_any_are_accepted() -> None:
    assert requires(OWN, "Role", "Scope") == []
    assert requires(GRAPH, "Scope", "Scope") == []
    assert of_inputs(RULE, ENTRA_APPLICATION, {}, context=context(RULE)) == []


@pytest.mark.parametrize("api", [GRAPH, EXCHANGE, EXCHANGE.upper(), None, [GRAPH]])
def test_roles_at_microsofts_apis_are_rejected(api: Any) -> None:
    assert requires(api, "Scope", "Role") == [Violation(HERE, PERMISSION)]
    assert requires(api, None) == [Violation(HERE, PERMISSION)]


def test_an_unknown_api_is_reported_as_unknown_outside_the_component_only() -> None:
    unknown = Unknown("u")
    assert requires(unknown, "Role") == [unknown]
    assert requires(unknown, "Role", inside=True) == []
    assert requires(unknown, "Scope") == []
    assert requires(GRAPH, unknown) == [unknown]
    assert requires(GRAPH, unknown, "Role") == [Violation(HERE, PERMISSION)]
    assert requires(OWN, unknown) == []


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"apiClientId": GRAPH, "scopeIds": [OWN]}, []),
        ({"apiClientId": OWN, "roleIds": [OWN]}, []),
        ({"apiClientId": GRAPH, "roleIds": []}, []),
        ({"apiClientId": GRAPH, "roleIds": [OWN]}, [Violation(("apiClientId",), PERMISSION)]),
    ],
)
def test_api_access_in_a_separate_resource_is_checked(inputs: dict[str, Any], expected: Findings) -> None:
    assert of_inputs(RULE, ENTRA_API_ACCESS, inputs, context=context(RULE)) == expected


@pytest.mark.parametrize("kind", ENTRA_DIRECTORY_ROLES)
def test_directory_roles_are_rejected(kind: str) -> None:
    found = [Violation((), "grants a role in the Entra tenant's directory")]
    assert of_inputs(RULE, kind, {}, context=context(RULE)) == found


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("https://acme.example/mcp", []),
        (
            "https://acme.eu.auth0.com/api/v2/",
            [Violation(("audience",), "is Auth0's Management API, which controls the whole Auth0 tenant")],
        ),
        (
            "https://ACME.eu.auth0.com/API/v2",
            [Violation(("audience",), "is Auth0's Management API, which controls the whole Auth0 tenant")],
        ),
        (Unknown("a"), [Unknown("a")]),
    ],
)
def test_a_grant_for_auth0s_management_api_is_rejected(audience: Any, expected: Findings) -> None:
    assert of_inputs(RULE, AUTH0_GRANT, {"audience": audience}, context=context(RULE)) == expected
