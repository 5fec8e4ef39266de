"""FLOWMCP-025: consent is skipped only for known applications."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.review.policy.examples import ENTRA
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    AUTH0_TENANT,
    ENTRA_APPLICATION,
    ENTRA_DELEGATED_GRANT,
    ENTRA_KNOWN_CLIENTS,
    ENTRA_PERMISSION_SCOPE,
    ENTRA_PREAUTHORIZED,
    ENTRA_REGISTRATION,
)
from flow_mcp.review.policy.rule import Resource, Unknown, Violation
from flow_mcp.review.policy.rules.consent import Consent
from tests.unit.policies.judging import Findings, context, made, of_declaration, of_inputs, of_outputs

RULE = Consent()
USER_CONSENT = "lets people consent to this scope for any application"
COMBINED_CONSENT = "makes consent to another application count as consent to this API"
PROMPT = ("skipNonVerifiableCallbackUriConfirmationPrompt",)
WITHOUT_PROMPT = "skips the prompt, so any program on a person's machine can receive the sign-in"
FOREIGN = "skips consent for an application that is not in this stack or the configuration"
OTHER_CLIENT_ID = "0d7c3b52-64d0-4a0c-9a3e-0f2b7d9c1e55"


def test_vs_code_may_be_preauthorized_if_the_configuration_lists_it() -> None:
    vscode = {"access": ["*"], "people": {"groups": ["planners"]}}
    entra = {**ENTRA["entra"], "verifiedDomains": ["profitbase.biz"], "preauthorized": {"vscode": vscode}}
    path = ("authorizationServer", "entra", "preauthorized", "vscode")
    assert of_declaration(RULE, {"entra": entra}, context=context(RULE)) == []
    assert of_declaration(RULE, {"entra": entra}, context=context(RULE, preauthorized=[OTHER_CLIENT_ID])) == [
        Violation(path, "skips consent for an application that the configuration does not list")
    ]
    assert of_declaration(RULE, ENTRA, context=context(RULE, preauthorized=[])) == []


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ({}, []),
        ({"oauth2PermissionScopes": [{"type": "Admin"}], "knownClientApplications": []}, []),
        (
            {"oauth2PermissionScopes": [{"type": "Admin"}, {"type": "User"}, {}]},
            [Violation(("api", "oauth2PermissionScopes", index, "type"), USER_CONSENT) for index in (1, 2)],
        ),
        ({"oauth2PermissionScopes": Unknown("s")}, [Unknown("s")]),
        (
            {"knownClientApplications": [OTHER_CLIENT_ID]},
            [Violation(("api", "knownClientApplications", 0), COMBINED_CONSENT)],
        ),
        ({"knownClientApplications": [Unknown("k")]}, [Unknown("k")]),
    ],
)
def test_an_apis_scopes_must_require_an_administrators_consent_to_that_api(
    api: Any, expected: Findings
) -> None:
    assert of_inputs(RULE, ENTRA_APPLICATION, {"api": api}, context=context(RULE)) == expected


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        (ENTRA_PERMISSION_SCOPE, {"type": "Admin"}, []),
        (ENTRA_PERMISSION_SCOPE, {}, [Violation(("type",), USER_CONSENT)]),
        (
            ENTRA_KNOWN_CLIENTS,
            {"knownClientIds": [OTHER_CLIENT_ID]},
            [Violation(("knownClientIds", 0), COMBINED_CONSENT)],
        ),
        (ENTRA_DELEGATED_GRANT, {"userObjectId": OTHER_CLIENT_ID}, []),
        (
            ENTRA_DELEGATED_GRANT,
            {},
            [Violation(("userObjectId",), "is not set, so the grant consents on behalf of every user")],
        ),
        (ENTRA_DELEGATED_GRANT, {"userObjectId": Unknown("u")}, [Unknown("u")]),
        (AUTH0_TENANT, {}, []),
        (AUTH0_TENANT, {PROMPT[0]: "false"}, []),
        (AUTH0_TENANT, {PROMPT[0]: "true"}, [Violation(PROMPT, WITHOUT_PROMPT)]),
        (AUTH0_CLIENT, {PROMPT[0]: True}, [Violation(PROMPT, WITHOUT_PROMPT)]),
        (AUTH0_CLIENT, {PROMPT[0]: "null"}, []),
    ],
)
def test_settings_of_other_resources_that_skip_consent_are_rejected(
    kind: str, inputs: dict[str, Any], expected: Findings
) -> None:
    assert of_inputs(RULE, kind, inputs, context=context(RULE)) == expected


def preauthorized(client_id: Any, *, by_component: bool = False) -> Resource:
    return made(ENTRA_PREAUTHORIZED, "preauthorized", by_component=by_component, authorizedClientId=client_id)


@pytest.mark.parametrize("kind", [ENTRA_APPLICATION, ENTRA_REGISTRATION])
def test_applications_of_the_stack_and_of_the_configuration_may_be_preauthorized(kind: str) -> None:
    own = made(kind, "own", clientId="own")
    both = (preauthorized("own"), preauthorized(VSCODE))
    assert of_outputs(RULE, own, *both, context=context(RULE)) == []


@pytest.mark.parametrize("client_id", [OTHER_CLIENT_ID, None, [VSCODE]])
def test_other_applications_must_not_be_preauthorized(client_id: Any) -> None:
    foreign = preauthorized(client_id)
    assert of_outputs(RULE, foreign, context=context(RULE)) == [
        Violation(("authorizedClientId",), FOREIGN, foreign.urn)
    ]


def test_an_unknown_application_is_reported_as_unknown_outside_the_component_only() -> None:
    unknown = Unknown("authorizedClientId")
    assert of_outputs(RULE, preauthorized(unknown), context=context(RULE)) == [unknown]
    assert of_outputs(RULE, preauthorized(unknown, by_component=True), context=context(RULE)) == []
