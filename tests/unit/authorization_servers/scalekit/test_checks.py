"""Checks of a declaration for Scalekit, made before any request to the server."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.declaration.findings import DeclarationError
from tests.unit.authorization_servers.scalekit.umbrella import AGENT, PORTAL, load, problems, tenant

PATH = "authorizationServer.scalekit"


def test_valid_declaration_has_no_findings() -> None:
    documents = {
        "documents": ["https://claude.ai/oauth/*", "https://vscode.dev/client.json"],
        "access": ["*"],
    }
    assert problems(tenant(scalekit={"registration": {"metadataDocuments": documents}})) == []


def test_several_protected_resources_are_rejected() -> None:
    with pytest.raises(DeclarationError) as raised:
        load(tenant(environments=("production", "test")))
    assert [(problem.path, problem.message) for problem in raised.value.problems] == [
        (
            "workspaces",
            "declares 2 protected resources (7/production, 7/test), but at Scalekit each has a separate "
            "authority and separate clients, and a tenant's settings have one authority and one ID for each "
            "client",
        )
    ]


@pytest.mark.parametrize(
    ("adopted_id", "is_valid"),
    [
        ("https://umbrella.scalekit.com/res_1", True),
        ("res_1", True),
        ("https://evil.example/res_1", False),
        ("http://umbrella.scalekit.com/res_1", False),
        ("https://umbrella.scalekit.com@evil.example/res_1", False),
    ],
)
def test_an_adopted_object_is_in_the_declared_environment(adopted_id: str, is_valid: bool) -> None:
    adopted = {"ScalekitResource/7/production": {"id": adopted_id}}
    path = 'adopted."ScalekitResource/7/production".id'
    assert problems(tenant() | {"adopted": adopted}) == ([] if is_valid else [("error", path)])


@pytest.mark.parametrize(
    ("client", "path"),
    [
        (AGENT | {"clientId": "agent"}, "clientId"),
        (AGENT | {"secret": {"issued": "2026-11-01", "lifetime": "180d"}}, "secret"),
        (AGENT | {"privateKeyJwt": {"jwksUrl": "https://agent.example/jwks"}}, "privateKeyJwt"),
        (
            AGENT | {"federatedCredential": {"issuer": "https://ci.example", "subject": "main"}},
            "federatedCredential",
        ),
        (PORTAL | {"clientType": "public"}, "clientType"),
        (PORTAL | {"webOrigins": ["https://portal.umbrella.example"]}, "webOrigins"),
        (PORTAL | {"people": {"groups": ["planners"]}}, "people.groups"),
        (PORTAL | {"people": "none"}, "people"),
    ],
)
def test_client_settings_that_scalekit_lacks_are_rejected(client: dict[str, Any], path: str) -> None:
    assert problems(tenant(clients={"app": client})) == [("error", f"clients.app.{path}")]


@pytest.mark.parametrize(
    ("scalekit", "expected"),
    [
        (
            {"environmentUrl": "https://umbrella.scalekit.com/api"},
            [("error", f"{PATH}.environmentUrl")],
        ),
        (
            {"environmentUrl": "http://umbrella.scalekit.com"},
            [("error", f"{PATH}.environmentUrl")],
        ),
        (
            {"registration": {"dynamic": {"access": ["7/production"]}}},
            [("warning", f"{PATH}.registration.dynamic")],
        ),
        (
            {"registration": {"dynamic": {"access": ["7/test"], "people": {"groups": ["planners"]}}}},
            [
                ("error", f"{PATH}.registration.dynamic.people.groups"),
                ("error", f"{PATH}.registration.dynamic.access[0]"),
                ("warning", f"{PATH}.registration.dynamic"),
            ],
        ),
    ],
)
def test_invalid_or_wide_scalekit_settings_are_reported(
    scalekit: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert sorted(problems(tenant(scalekit=scalekit))) == sorted(expected)


def test_sign_in_path_that_inherits_no_people_is_rejected() -> None:
    declared = tenant(scalekit={"registration": {"dynamic": {"access": ["*"]}}}, clients={"agent": AGENT})
    assert ("error", f"{PATH}.registration.dynamic.people") in problems(declared)


@pytest.mark.parametrize(
    "url",
    [
        "http://claude.ai/oauth/client.json",
        "https://claude.ai",
        "https://claude.ai/",
        "https://*.claude.ai/client.json",
        "https://claude.ai/*/client.json",
        "https://claude.ai/oauth*",
        "https://claude.ai/client.json?x=1",
        "https://claude.ai/client.json#x",
    ],
)
def test_document_urls_that_scalekit_rejects_are_rejected(url: str) -> None:
    documents = {"documents": [url], "access": ["*"]}
    findings = problems(tenant(scalekit={"registration": {"metadataDocuments": documents}}))
    assert findings[0] == ("error", f"{PATH}.registration.metadataDocuments.documents[0]")
