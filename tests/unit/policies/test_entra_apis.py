"""FLOWMCP-031: APIs in Entra have unique names, separate roles and no credentials."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import (
    ENTRA_APPLICATION,
    ENTRA_CERTIFICATE,
    ENTRA_FEDERATED,
    ENTRA_IDENTIFIER_URI,
    ENTRA_PASSWORD,
    ENTRA_ROLE,
)
from flow_mcp.review.policy.rule import Resource, Unknown, Violation
from flow_mcp.review.policy.rules.entra_apis import EntraApis
from tests.unit.policies.judging import Findings, context, made, of_inputs, of_outputs

RULE = EntraApis()
NAME = "is not an api:// or https:// name that only one application can have"
CREDENTIAL = "lets its holder act as the API, which needs no credential"
OFF = "is false, so no token contains this permission"
BOTH = "is not exactly one member type, so people could pass as programs"
PEOPLE = "lets people have the role that identifies programs"


def application(**inputs: Any) -> Findings:
    return of_inputs(RULE, ENTRA_APPLICATION, inputs, context=context(RULE))


@pytest.mark.parametrize(
    "uri",
    [
        "https://flow.acme.example/flow/mcp/tenants/acme/workspaces/456/environments/test",
        "api://8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55",
        "api://8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55/flow-mcp.acme.456.test",
    ],
)
def test_api_and_https_names_are_accepted(uri: str) -> None:
    assert application(identifierUris=[uri]) == []
    assert of_inputs(RULE, ENTRA_IDENTIFIER_URI, {"identifierUri": uri}, context=context(RULE)) == []


@pytest.mark.parametrize(
    "uri",
    [
        "http://flow.acme.example/mcp",
        "urn:acme:mcp",
        "https://flow.acme.example/mcp/",
        "https://*.acme.example/mcp",
        "https://acme.example/mcp?x=1",
        "https://user@acme.example/mcp",
        "api://",
        "flow",
        "",
        7,
    ],
)
def test_any_other_name_is_rejected(uri: Any) -> None:
    assert application(identifierUris=[uri]) == [Violation(("identifierUris", 0), NAME)]
    found = of_inputs(RULE, ENTRA_IDENTIFIER_URI, {"identifierUri": uri}, context=context(RULE))
    assert found == [Violation(("identifierUri",), NAME)]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ({"value": "mcp.program", "allowedMemberTypes": ["Application"]}, []),
        ({"value": "mcp.person", "allowedMemberTypes": ["User"], "enabled": True}, []),
        ({"allowedMemberTypes": ["User", "Application"]}, [Violation(("allowedMemberTypes",), BOTH)]),
        ({"allowedMemberTypes": []}, [Violation(("allowedMemberTypes",), BOTH)]),
        ({}, [Violation(("allowedMemberTypes",), BOTH)]),
        (
            {"value": "mcp.program", "allowedMemberTypes": ["User"]},
            [Violation(("allowedMemberTypes",), PEOPLE)],
        ),
        ({"allowedMemberTypes": [Unknown("m")]}, [Unknown("m")]),
    ],
)
def test_a_role_must_be_for_either_people_or_programs(role: dict[str, Any], expected: Findings) -> None:
    inside = [
        each if isinstance(each, Unknown) else Violation(("appRoles", 0, *each.path), each.problem)
        for each in expected
    ]
    assert application(appRoles=[role]) == inside
    assert of_inputs(RULE, ENTRA_ROLE, role, context=context(RULE)) == expected


def test_disabled_scopes_and_roles_are_rejected() -> None:
    role = {"value": "mcp.program", "allowedMemberTypes": ["Application"], "enabled": False}
    scopes = [{"value": "mcp.access", "enabled": False}, {"value": "other", "enabled": Unknown("e")}]
    assert application(api={"oauth2PermissionScopes": scopes}, appRoles=[role]) == [
        Violation(("api", "oauth2PermissionScopes", 0, "enabled"), OFF),
        Unknown("e"),
        Violation(("appRoles", 0, "enabled"), OFF),
    ]


def test_a_password_is_accepted_on_a_client_and_rejected_on_an_api() -> None:
    password = {"endDate": "2027-01-01T00:00:00Z"}
    assert application(password=password) == []
    assert application(identifierUris=["api://acme/flow"], password=password) == [
        Violation(("password",), CREDENTIAL)
    ]


API = made(
    ENTRA_APPLICATION, "api", objectId="api", api={"oauth2PermissionScopes": [{"value": "mcp.access"}]}
)
CLIENT = made(ENTRA_APPLICATION, "client", objectId="client")


def credential(kind: str, application_id: Any, *, by_component: bool = False) -> Resource:
    return made(kind, "credential", by_component=by_component, applicationId=application_id)


@pytest.mark.parametrize("kind", [ENTRA_PASSWORD, ENTRA_CERTIFICATE, ENTRA_FEDERATED])
def test_credentials_of_an_api_are_rejected_and_of_a_client_accepted(kind: str) -> None:
    on_api, on_client = (credential(kind, f"/applications/{of}") for of in ("api", "client"))
    assert of_outputs(RULE, API, CLIENT, on_api, on_client, context=context(RULE)) == [
        Violation(("applicationId",), CREDENTIAL, on_api.urn)
    ]


def test_a_credential_of_an_unknown_application_is_reported_as_unknown_outside_the_component_only() -> None:
    unknown = Unknown("applicationId")
    outside, inside = (credential(ENTRA_PASSWORD, unknown, by_component=by) for by in (False, True))
    assert of_outputs(RULE, API, outside, context=context(RULE)) == [unknown]
    assert of_outputs(RULE, CLIENT, outside, context=context(RULE)) == []
    assert of_outputs(RULE, API, inside, context=context(RULE)) == []
