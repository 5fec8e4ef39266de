"""A new tenant's file is right at once, or it is not written."""

from __future__ import annotations

import pytest

from flow_mcp.authorization_servers import KINDS
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.fleet.new_tenant import NewTenantError, new_file, settings_needed, text, write
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
def test_what_is_needed_makes_a_file_that_is_read_as_it_was_given(stacks: Stacks, kind: str) -> None:
    content = text("00123", WORKSPACES, kind, SETTINGS[kind])
    file, _ = write(stacks.project, "acme", content)
    assert file.read_text("utf-8") == content
    declared = stacks.load(content).declaration
    assert (declared.tenant.id, declared.kind.key) == ("00123", kind)
    assert {name: each.environments for name, each in declared.tenant.workspaces.items()} == {
        "456": ("production", "test")
    }


def test_each_kind_asks_for_what_it_cannot_do_without() -> None:
    assert {kind: [each.path for each in settings_needed(kind)] for kind in KINDS} == {
        "auth0": ["domain"],
        "entra": ["tenantId"],
        "external": ["authority", "resources"],
        "flow-entra": [],
        "keycloak": ["url", "realm.name", "realm.create"],
        "scalekit": ["environmentUrl"],
    }


def test_nothing_is_written_over(stacks: Stacks) -> None:
    stacks.write("mine")
    with pytest.raises(NewTenantError, match="is there already; nothing was written"):
        write(stacks.project, "acme", text("acme", WORKSPACES, "keycloak", KEYCLOAK))
    assert stacks.project.stack_file("acme").read_text("utf-8") == "mine"


def test_a_link_that_leads_nowhere_is_there_too(stacks: Stacks) -> None:
    link = stacks.project.directory / "stacks" / "Pulumi.acme.yaml"
    link.symlink_to("nowhere.yaml")
    with pytest.raises(NewTenantError, match="is there already"):
        new_file(stacks.project, "acme")


@pytest.mark.parametrize("name", ["", "../acme", "a/b", "a b", "..", "a\n", "x" * 101, "flow-mcp-fleet"])
def test_a_name_that_is_none_of_a_stack_is_refused(stacks: Stacks, name: str) -> None:
    with pytest.raises(NewTenantError, match="cannot be a tenant's name here"):
        new_file(stacks.project, name)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({**KEYCLOAK, "url": "http://id.acme.example/?x"}, "url"),
        ({**KEYCLOAK, "relm.name": "acme"}, "relm"),
        ({"url": "https://id.acme.example"}, "realm"),
    ],
)
def test_a_file_that_would_be_wrong_is_not_written(
    stacks: Stacks, settings: dict[str, str], why: str
) -> None:
    with pytest.raises(DeclarationError, match=f"Pulumi.acme.yaml:.*{why}"):
        write(stacks.project, "acme", text("acme", WORKSPACES, "keycloak", settings))
    assert stacks.project.stacks() == ()


def test_a_tenant_that_another_file_declares_is_not_written(stacks: Stacks) -> None:
    stacks.write(tenant())
    with pytest.raises(DeclarationError, match=r"Pulumi\.twin\.yaml.* which the stack acme also declares"):
        write(stacks.project, "twin", text("acme", WORKSPACES, "keycloak", KEYCLOAK))
    assert stacks.project.stacks() == ("acme",)


@pytest.mark.parametrize("settings", [{"url": "[", "x": "1"}, {"realm": "acme", "realm.name": "acme"}])
def test_a_setting_that_cannot_be_meant_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(NewTenantError, match=r"no YAML|has a value already"):
        text("acme", WORKSPACES, "keycloak", settings)
