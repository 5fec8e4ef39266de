"""Checks of a declaration for the Flow instance's Entra tenant, made before any request to the server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.authorization_servers.flow_entra.fabrikam import (
    AGENT,
    API,
    ASSISTANT,
    ON_PREMISES,
    OTHER_API,
    SAAS,
    load,
    problems,
    registered,
    tenant,
)

PATH = "authorizationServer.flow-entra"
PROGRAM = {
    "grant": "client-credentials",
    "access": ["*"],
    "secret": {"issued": "2026-11-01", "lifetime": "180d"},
}


def test_flow_entra_is_the_default_authorization_server() -> None:
    for declared in (tenant(), tenant(authorizationServer={"flow-entra": {}})):
        assert load(declared).declaration.kind.key == "flow-entra"


def test_empty_authorization_server_does_not_select_the_default() -> None:
    ((severity, path, _),) = problems(tenant(authorizationServer={}))
    assert (severity, path) == ("error", "authorizationServer")


def test_valid_declaration_has_no_findings() -> None:
    assert problems(tenant(clients={"agent": PROGRAM})) == []
    manual = {
        "agent": {"clientId": AGENT, "access": ["*"]},
        "assistant": {"clientId": ASSISTANT, "access": ["7/test"], "grant": "authorization-code"},
    }
    applications = registered(production={"clientId": API}, test={"clientId": OTHER_API})
    assert problems(tenant(manualRegistrations=manual, **applications), ON_PREMISES) == []


def test_instance_must_declare_its_entra_tenant() -> None:
    assert problems(tenant(), None) == [
        (
            "error",
            "instance.flowEntra",
            "is missing, but the tenant uses it because it declares no other authorization server",
        )
    ]


@pytest.mark.parametrize(
    ("flow_entra", "path"),
    [
        (SAAS | {"tenantId": "common"}, "instance.flowEntra.tenantId"),
        (SAAS | {"deployment": "cloud"}, "instance.flowEntra.deployment"),
        (SAAS | {"clientSecret": "x"}, "instance.flowEntra.clientSecret"),
    ],
)
def test_invalid_instance_is_rejected(flow_entra: dict[str, Any], path: str) -> None:
    assert [finding[:2] for finding in problems(tenant(), flow_entra)] == [("error", path)]


def test_checks_of_entra_apply() -> None:
    declared = tenant(clients={"agent": {"grant": "client-credentials", "access": ["*"]}})
    assert [finding[:2] for finding in problems(declared)] == [("error", "clients.agent")]
    declared = tenant(authorizationServer={"flow-entra": {"registration": {"dynamic": {}}}})
    assert [finding[:2] for finding in problems(declared)] == [("error", f"{PATH}.registration")]


@pytest.mark.parametrize(
    ("declared", "flow_entra", "expected"),
    [
        (
            tenant(**registered(production={"clientId": API})),
            SAAS,
            (
                "error",
                f"{PATH}.applications",
                "is for on-premises instances; on this instance the stack creates the applications",
            ),
        ),
        (
            tenant(clients={"agent": PROGRAM}),
            ON_PREMISES,
            (
                "error",
                "clients.agent",
                "would be created by the stack, but on-premises an Azure administrator registers "
                "applications",
            ),
        ),
        (
            tenant(authorizationServer={"flow-entra": {"preauthorized": {"vscode": {"access": ["*"]}}}}),
            ON_PREMISES,
            (
                "error",
                f"{PATH}.preauthorized",
                "would be set by the stack, but on-premises an Azure administrator preauthorizes "
                "applications",
            ),
        ),
        (
            tenant(**registered(production={"clientId": API}, staging={"clientId": OTHER_API})),
            ON_PREMISES,
            (
                "error",
                f'{PATH}.applications."7/staging"',
                "names a protected resource that the tenant does not declare",
            ),
        ),
        (
            tenant(**registered(production={"clientId": API}, test={"clientId": API})),
            ON_PREMISES,
            (
                "error",
                f'{PATH}.applications."7/test".clientId',
                "is also the client ID of 7/production, so tokens for one would be valid for the other",
            ),
        ),
        (
            tenant(**registered(production={"clientId": API, "identifierUri": "https://evil.example/x"})),
            ON_PREMISES,
            (
                "error",
                f'{PATH}.applications."7/production".identifierUri',
                "is on a domain that is not declared as verified in the Entra tenant",
            ),
        ),
        (
            tenant(**registered(production={"clientId": API, "identifierUri": "urn:flow:mcp"})),
            ON_PREMISES,
            ("error", f'{PATH}.applications."7/production".identifierUri', "is not an Application ID URI"),
        ),
        (
            tenant(**registered(production={"clientId": API, "identifierUri": f"api://{API}/"})),
            ON_PREMISES,
            ("error", f'{PATH}.applications."7/production".identifierUri', "is not an Application ID URI"),
        ),
        (
            tenant(**registered(production={"clientId": "one"})),
            ON_PREMISES,
            ("error", f'{PATH}.applications."7/production".clientId', "is not a GUID"),
        ),
        (
            tenant(
                manualRegistrations={"agent": {"clientId": API, "access": ["*"]}},
                **registered(production={"clientId": API}),
            ),
            ON_PREMISES,
            (
                "error",
                "manualRegistrations.agent.clientId",
                "is the client ID of the application of 7/production, which cannot request tokens for itself "
                "(AADSTS90009)",
            ),
        ),
        (
            tenant(manualRegistrations={"agent": {"clientId": "agent", "access": ["*"]}}),
            ON_PREMISES,
            (
                "error",
                "manualRegistrations.agent.clientId",
                "is not a GUID in lower case, as Entra's client IDs are in tokens",
            ),
        ),
    ],
)
def test_invalid_flow_entra_settings_are_rejected(
    declared: dict[str, Any], flow_entra: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert [finding for finding in problems(declared, flow_entra) if finding[0] == "error"] == [expected]


def test_on_premises_missing_applications_warn() -> None:
    declared = tenant(**registered(production={"clientId": API}))
    assert problems(declared, ON_PREMISES) == [
        (
            "warning",
            f"{PATH}.applications",
            "has no application for 7/test, so the runtime rejects all calls of it",
        )
    ]


def test_application_id_uri_other_than_the_mcp_url_warns() -> None:
    people = {"assistant": {"clientId": ASSISTANT, "access": ["*"], "grant": "authorization-code"}}
    applications = registered(
        production={"clientId": API, "identifierUri": f"api://{API}"}, test={"clientId": OTHER_API}
    )
    findings = problems(tenant(manualRegistrations=people, **applications), ON_PREMISES)
    assert [path for _, path, _ in findings] == ["manualRegistrations.assistant"]
    assert "AADSTS9010010" in findings[0][2]
