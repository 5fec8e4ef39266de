"""Known applications that come by a registration method: hosts and documents by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.declared import SERVER, Stacks, problem, tenant

GIVEN = "access: ['*'], people: everyone"
AUTH0 = "auth0:\n  domain: acme.eu.auth0.com\n  tenantSettings: {manage: true}\n"
SCALEKIT = "scalekit:\n  environmentUrl: https://acme.scalekit.com\n"
EXTERNAL = (
    "external:\n  authority: https://id.acme.example\n  tokens: {person: [{claim: sid, must: present}]}\n"
    "  resources:\n    456/production: {scopes: [p], audiences: [p]}\n"
    "    456/test: {scopes: [t], audiences: [t]}\n"
)
DOCUMENTS = [
    "https://claude.ai/oauth/claude-code-client-metadata",
    "https://vscode.dev/oauth/client-metadata.json",
]


def registration(stacks: Stacks, server: str, methods: str, *, one: bool = False) -> dict[str, Any]:
    text = tenant(server=f"{server}  registration: {{{methods}}}\n")
    loaded = stacks.load(text.replace("[production, test]", "[test]") if one else text)
    declared = vars(loaded.declaration.server)["registration"]
    dumped: dict[str, Any] = declared.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped


def test_keycloak_gets_the_hosts_of_redirect_uris(stacks: Stacks) -> None:
    method = f"dynamic: {{applications: [claude, codex], redirectHosts: [portal.acme.example], {GIVEN}}}"
    dynamic = registration(stacks, SERVER, method)["dynamic"]
    assert (dynamic["applications"], dynamic["redirectHosts"]) == (
        ["claude", "codex"],
        ["127.0.0.1", "claude.ai", "claude.com", "localhost", "portal.acme.example"],
    )


def test_keycloak_gets_the_host_of_a_private_use_redirect_uri_for_dynamic_registration(
    stacks: Stacks,
) -> None:
    dynamic = registration(stacks, SERVER, f"dynamic: {{applications: [cursor], {GIVEN}}}")["dynamic"]
    assert dynamic["redirectHosts"] == ["anysphere.cursor-mcp", "localhost", "www.cursor.com"]


def test_keycloak_gets_the_documents_hosts_and_what_they_name(stacks: Stacks) -> None:
    method = f"metadataDocuments: {{applications: [claude-code, vscode], {GIVEN}}}"
    documents = registration(stacks, SERVER, method)["metadataDocuments"]
    assert (documents["domains"], documents["redirectHosts"]) == (
        ["claude.ai", "vscode.dev"],
        ["127.0.0.1", "code.visualstudio.com", "insiders.vscode.dev", "localhost"],
    )


def test_each_server_gets_what_it_takes(stacks: Stacks) -> None:
    method = f"metadataDocuments: {{applications: [claude-code, vscode], {GIVEN}}}"
    found = {
        "auth0": registration(stacks, AUTH0, method)["metadataDocuments"]["documents"],
        "scalekit": registration(stacks, SCALEKIT, method, one=True)["metadataDocuments"]["documents"],
        "external": registration(stacks, EXTERNAL, method)["metadataDocuments"]["domains"],
    }
    assert found == {"auth0": DOCUMENTS, "scalekit": DOCUMENTS, "external": ["claude.ai", "vscode.dev"]}


@pytest.mark.parametrize(
    ("server", "method", "key"),
    [
        (SERVER, "dynamic", "redirectHosts"),
        (SERVER, "metadataDocuments", "domains"),
        (AUTH0, "metadataDocuments", "documents"),
        (EXTERNAL, "metadataDocuments", "domains"),
    ],
)
def test_a_method_is_limited_by_hosts_or_by_applications(
    stacks: Stacks, server: str, method: str, key: str
) -> None:
    found = stacks.problems(tenant(server=f"{server}  registration: {{{method}: {{{GIVEN}}}}}\n"))
    (error,) = [each for each in found if each.severity == "error"]
    assert (error.path.rpartition(".")[2], error.message, error.remedy) == (
        method,
        f"has neither {key} nor applications",
        "Declare at least one of them.",
    )


def test_an_application_that_cannot_come_that_way_is_refused(stacks: Stacks) -> None:
    names = "copilot-studio, inspector, vs-code"
    server = f"{SERVER}  registration: {{metadataDocuments: {{applications: [{names}], {GIVEN}}}}}\n"
    here = "authorizationServer.keycloak.registration.metadataDocuments.applications"
    declare = "Remove it, and declare a client."
    found = stacks.problems(tenant(server=server))
    assert found[:2] == (
        problem(
            10,
            f"{here}[0]",
            "names Microsoft Copilot Studio, which is not known to have a metadata document",
            declare,
        ),
        problem(
            10,
            f"{here}[1]",
            "names MCP Inspector, whose metadata document has no known address",
            "Add metadataDocument to its entry in applications.yaml, or declare the document's host.",
        ),
    )
    assert (found[2].path, found[2].message) == (
        f"{here}[2]",
        "names vs-code, which is not a known application",
    )


def test_auth0_and_others_have_no_hosts_to_fill_for_dynamic_registration(stacks: Stacks) -> None:
    found = stacks.problems(
        tenant(server=f"{AUTH0}  registration: {{dynamic: {{applications: [claude], {GIVEN}}}}}\n")
    )
    assert ("authorizationServer.auth0.registration.dynamic.applications", "error") in [
        (each.path, each.severity) for each in found
    ]
