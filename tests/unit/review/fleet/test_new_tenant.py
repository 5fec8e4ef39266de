"""A new tenant's file is valid, or it is not written."""

from __future__ import annotations

import pytest

from flow_mcp.authorization_servers import KINDS
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.fleet.new_tenant import NewTenantError, content, new_file, required_settings, write
from tests.unit.declared import Stacks, tenant

WORKSPACES = {"456": ["production", "test"]}
KEYCLOAK = {"url": "https://id.acme.example", "realm.name": "acme", "realm.create": "true"}
SETTINGS = {
    "keycloak": KEYCLOAK,
    "entra": {"tenantId": "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"},
    "auth0": {"domain": "acme.eu.auth0.com"},
    "external": {
        "authority": "https://id.acme.example",
        "resources": '{"456/production": {scopes: [a]}, "456/test": {scopes: [b]}}',
    },
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_required_settings_make_a_valid_file_with_the_given_values(stacks: Stacks, kind: str) -> None:
    text = content(stacks.project, "00123", WORKSPACES, kind, SETTINGS[kind])
    file, _ = write(stacks.project, "acme", text)
    assert file.read_text("utf-8") == text
    declared = stacks.load(text).declaration
    assert (declared.tenant.id, declared.kind.key) == ("00123", kind)
    assert {name: each.environments for name, each in declared.tenant.workspaces.items()} == {
        "456": ("production", "test")
    }


def test_each_kind_has_its_required_settings() -> None:
    assert {kind: [each.path for each in required_settings(kind)] for kind in KINDS} == {
        "auth0": ["domain"],
        "entra": ["tenantId"],
        "external": ["authority", "resources"],
        "flow-entra": [],
        "keycloak": ["url", "realm.name", "realm.create"],
        "scalekit": ["environmentUrl"],
    }


def test_a_file_is_never_overwritten(stacks: Stacks) -> None:
    stacks.write("mine")
    with pytest.raises(NewTenantError, match="exists, and nothing was written"):
        write(stacks.project, "acme", content(stacks.project, "acme", WORKSPACES, "keycloak", KEYCLOAK))
    assert stacks.project.stack_file("acme").read_text("utf-8") == "mine"


def test_a_dangling_link_is_not_overwritten(stacks: Stacks) -> None:
    link = stacks.project.directory / "stacks" / "Pulumi.acme.yaml"
    link.symlink_to("nowhere.yaml")
    with pytest.raises(NewTenantError, match="exists, and nothing"):
        new_file(stacks.project, "acme")


@pytest.mark.parametrize("name", ["", "../acme", "a/b", "a b", "..", "a\n", "x" * 101, "flow-mcp-fleet"])
def test_an_invalid_name_of_a_stack_is_rejected(stacks: Stacks, name: str) -> None:
    with pytest.raises(NewTenantError, match="is not a valid name for a tenant's stack"):
        new_file(stacks.project, name)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({**KEYCLOAK, "url": "http://id.acme.example/?x"}, "url"),
        ({**KEYCLOAK, "relm.name": "acme"}, "relm"),
        ({"url": "https://id.acme.example"}, "realm"),
    ],
)
def test_an_invalid_file_is_not_written(stacks: Stacks, settings: dict[str, str], why: str) -> None:
    with pytest.raises(DeclarationError, match=f"Pulumi.acme.yaml:.*{why}"):
        write(stacks.project, "acme", content(stacks.project, "acme", WORKSPACES, "keycloak", settings))
    assert stacks.project.stacks() == ()


def test_a_tenant_of_another_file_is_not_written(stacks: Stacks) -> None:
    stacks.write(tenant())
    with pytest.raises(DeclarationError, match=r"Pulumi\.twin\.yaml.* which the stack acme also declares"):
        write(stacks.project, "twin", content(stacks.project, "acme", WORKSPACES, "keycloak", KEYCLOAK))
    assert stacks.project.stacks() == ("acme",)


@pytest.mark.parametrize("settings", [{"url": "[", "x": "1"}, {"realm": "acme", "realm.name": "acme"}])
def test_contradicting_and_invalid_settings_are_rejected(stacks: Stacks, settings: dict[str, str]) -> None:
    with pytest.raises(NewTenantError, match=r"not valid YAML|already has a value"):
        content(stacks.project, "acme", WORKSPACES, "keycloak", settings)


@pytest.mark.parametrize("path", ["docs/schemas/stack.schema.json", "schemas/stack.schema.json"])
def test_the_file_names_the_schema_of_its_project(stacks: Stacks, path: str) -> None:
    schema = stacks.project.directory / path
    schema.parent.mkdir(parents=True)
    schema.write_text("{}", "utf-8")
    text = content(stacks.project, "acme", WORKSPACES, "keycloak", KEYCLOAK)
    assert text.startswith(f"# yaml-language-server: $schema=../{path}\n")


def test_a_problem_of_the_teams_applications_names_their_file(stacks: Stacks) -> None:
    applications = stacks.project.directory / "stacks" / "applications.yaml"
    applications.write_text("[", "utf-8")
    settings = {**KEYCLOAK, "registration.metadataDocuments": "{applications: [tool], access: [456/test]}"}
    with pytest.raises(DeclarationError, match=str(applications)):
        write(stacks.project, "acme", content(stacks.project, "acme", WORKSPACES, "keycloak", settings))


@pytest.mark.parametrize(("kind", "offered"), [("keycloak", True), ("auth0", True), ("entra", False)])
def test_metadata_documents_are_offered_where_the_server_supports_them(
    stacks: Stacks, kind: str, offered: bool
) -> None:
    text = content(stacks.project, "acme", WORKSPACES, kind, SETTINGS[kind])
    assert ("#     metadataDocuments: {applications: [claude, vscode]" in text) is offered
