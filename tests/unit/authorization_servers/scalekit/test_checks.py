"""What Scalekit cannot do is refused before it is called."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.declaration.findings import DeclarationError
from tests.unit.authorization_servers.scalekit.umbrella import AGENT, PORTAL, load, problems, tenant

HERE = "authorizationServer.scalekit"


def test_valid_declaration_has_no_findings() -> None:
    documents = {
        "documents": ["https://claude.ai/oauth/*", "https://vscode.dev/client.json"],
        "access": ["*"],
    }
    assert problems(tenant(scalekit={"registration": {"metadataDocuments": documents}})) == []


def test_several_protected_resources_are_rejected() -> None:
    with pytest.raises(DeclarationError) as refused:
        load(tenant(environments=("production", "test")))
    assert [(problem.path, problem.message) for problem in refused.value.problems] == [
        (
            "workspaces",
            "declares 2 protected resources (7/production, 7/test), but at Scalekit each has an authority "
            "and clients of its own, and a tenant's settings have one authority and one ID for each client; "
            "with one MCP server for all, each environment's token would fit every other",
        )
    ]


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
            [("error", f"{HERE}.environmentUrl")],
        ),
        (
            {"environmentUrl": "http://umbrella.scalekit.com"},
            [("error", f"{HERE}.environmentUrl")],
        ),
        (
            {"registration": {"dynamic": {"access": ["7/production"]}}},
            [("warning", f"{HERE}.registration.dynamic")],
        ),
        (
            {"registration": {"dynamic": {"access": ["7/test"], "people": {"groups": ["planners"]}}}},
            [
                ("error", f"{HERE}.registration.dynamic.people.groups"),
                ("error", f"{HERE}.registration.dynamic.access[0]"),
                ("warning", f"{HERE}.registration.dynamic"),
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
    assert ("error", f"{HERE}.registration.dynamic.people") in problems(declared)


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
    found = problems(tenant(scalekit={"registration": {"metadataDocuments": documents}}))
    assert found[0] == ("error", f"{HERE}.registration.metadataDocuments.documents[0]")
