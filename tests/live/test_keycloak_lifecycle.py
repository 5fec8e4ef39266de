"""Tests of creating, updating and reverting a tenant on a real Keycloak."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.live.tenant import Tenant

_NAME = "lifecycle"
_INSTANCE = {"server": "https://app.profitbase.biz/flow"}


@pytest.fixture(scope="module")
def declaration(keycloak: LocalKeycloak) -> dict[str, Any]:
    """The declaration at the start of each test."""
    return {
        "id": _NAME,
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "realm": {"name": _NAME, "create": True, "deletable": True},
                "registration": {
                    "dynamic": {"redirectHosts": ["claude.ai", "127.0.0.1"], "access": ["456/test"]},
                    "metadataDocuments": {"domains": ["claude.ai"], "access": ["456/test"]},
                },
            }
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["456/production"]},
            "signer": {
                "grant": "client-credentials",
                "access": ["456/test"],
                "privateKeyJwt": {"jwksUrl": "https://signer.example/jwks.json"},
            },
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "access": ["*"],
                "people": {"groups": ["planners"]},
            },
        },
        "manualRegistrations": {"legacy": {"clientId": "legacy-crm", "access": ["456/production"]}},
    }


@pytest.fixture(scope="module")
def applied(
    module_scratch: ScratchProject, declaration: dict[str, Any], admin: httpx.Client
) -> Iterator[Tenant]:
    """The stack, applied once."""
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(declaration)
    tenant.up()
    yield tenant
    admin.delete(_NAME)


@pytest.fixture
def tenant(applied: Tenant, declaration: dict[str, Any]) -> Iterator[Tenant]:
    """The stack with its first declaration, before and after the test."""
    yield applied
    applied.declare(declaration)
    applied.up()


def test_the_outputs_have_the_published_form(applied: Tenant, declaration: dict[str, Any]) -> None:
    loaded = from_configuration(declaration, _INSTANCE, source="test").declaration
    outputs = applied.outputs()
    document = loaded.kind.settings(loaded, {})
    assert outputs == {
        "authority": document.authorization_servers[0].authority,
        "clientIds": {
            "agent": "flow-mcp-lifecycle-agent",
            "desktop": "flow-mcp-lifecycle-desktop",
            "legacy": "legacy-crm",
            "signer": "flow-mcp-lifecycle-signer",
        },
        "clientSecrets": "[secret]",
        "settings": document.canonical_json(),
    }
    assert sorted(applied.outputs(secrets=True)["clientSecrets"]) == ["agent"]


def test_the_same_declaration_changes_nothing(applied: Tenant) -> None:
    assert applied.changes() == {}
    applied.scratch.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", _NAME)


def test_a_refresh_finds_no_drift(applied: Tenant) -> None:
    applied.scratch.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", _NAME)


def test_one_changed_client_changes_that_client_only(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    changed = copy.deepcopy(declaration)
    changed["clients"]["desktop"]["redirectUris"].append("https://desktop.example/callback")
    tenant.declare(changed)
    assert tenant.changes() == {"update": {"desktop", "lifecycle"}}
    tenant.up()
    client = admin.get(f"{_NAME}/clients", params={"clientId": "flow-mcp-lifecycle-desktop"}).json()[0]
    assert sorted(client["redirectUris"]) == ["http://127.0.0.1/callback", "https://desktop.example/callback"]


def test_a_removed_client_is_deleted_and_the_others_are_kept(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    changed = copy.deepcopy(declaration)
    del changed["clients"]["agent"]
    tenant.declare(changed)
    before = _client_ids(admin)
    tenant.up()
    assert before - _client_ids(admin) == {"flow-mcp-lifecycle-agent"}
    assert tenant.outputs()["clientIds"].keys() == {"desktop", "legacy", "signer"}


def test_a_new_environment_causes_no_drift(tenant: Tenant, declaration: dict[str, Any]) -> None:
    changed = copy.deepcopy(declaration)
    changed["workspaces"]["456"]["environments"].append("staging")
    tenant.declare(changed)
    tenant.up()
    tenant.scratch.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", _NAME)
    assert tenant.changes() == {}


def test_a_removed_group_loses_access(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    changed = copy.deepcopy(declaration)
    changed["clients"]["desktop"]["people"] = {"groups": ["controllers"]}
    tenant.declare(changed)
    tenant.up()
    groups = {group["name"]: group["id"] for group in admin.get(f"{_NAME}/groups").json()}
    roles = admin.get(f"{_NAME}/groups/{groups['controllers']}").json()["realmRoles"]
    assert (sorted(groups), sorted(roles)) == (
        ["controllers"],
        [f"flow-mcp:{_NAME}:456:{environment}:people" for environment in ("production", "test")],
    )


def test_no_secret_is_printed_logged_or_stored(
    applied: Tenant, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    clients = admin.get(f"{_NAME}/clients").json()
    secrets = {client["secret"] for client in clients if client.get("secret")}
    given = applied.outputs(secrets=True)["clientSecrets"]
    assert set(given.values()) <= secrets
    secrets |= {applied.scratch.credentials["KEYCLOAK_PASSWORD"], applied.scratch.passphrase.read_text()}
    assert len(secrets) >= 4
    assert all(len(secret) > 20 for secret in secrets)

    printed = applied.up() + applied.scratch.pulumi("preview", "--diff", "--stack", _NAME).stdout
    printed += (
        json.dumps(applied.outputs()) + applied.scratch.pulumi("stack", "export", "--stack", _NAME).stdout
    )
    files = [
        file
        for file in applied.scratch.directory.rglob("*")
        if file.is_file() and file != applied.scratch.passphrase and "project" not in file.parts
    ]
    kept = b"".join(file.read_bytes() for file in [*files, keycloak.status().log])
    assert b"flow-mcp-lifecycle-agent" in kept
    assert [secret for secret in secrets if secret in printed or secret.encode() in kept] == []


def test_destroying_a_tenant_removes_all_resources(
    module_scratch: ScratchProject, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    changed = copy.deepcopy(declaration) | {"id": "shortlived"}
    changed["authorizationServer"]["keycloak"]["realm"]["name"] = "shortlived"
    tenant = Tenant("shortlived", module_scratch)
    tenant.create()
    tenant.declare(changed)
    tenant.up()
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "shortlived")
    exported = json.loads(module_scratch.pulumi("stack", "export", "--stack", "shortlived").stdout)
    assert exported["deployment"].get("resources", []) == []
    assert "shortlived" not in {realm["realm"] for realm in admin.get("").json()}


def test_a_protected_realm_survives_its_stack_and_is_adopted_again(
    module_scratch: ScratchProject, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    changed = copy.deepcopy(declaration) | {"id": "kept", "manualRegistrations": {}}
    del changed["clients"]["desktop"]
    changed["authorizationServer"]["keycloak"]["realm"] = {"name": "kept", "create": True}
    tenant = Tenant("kept", module_scratch)
    tenant.create()
    tenant.declare(changed)
    tenant.up()
    admin.post("kept/users", json={"username": "ada", "enabled": True})
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "kept")
    tenant.up()
    assert [user["username"] for user in admin.get("kept/users").json()] == ["ada"]
    assert tenant.changes() == {}

    changed["authorizationServer"]["keycloak"] |= {"realm": {"name": "kept", "create": False}}
    del changed["authorizationServer"]["keycloak"]["registration"]
    tenant.declare(changed)
    refused = module_scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "kept", check=False)
    assert refused.returncode != 0
    assert "with create: false, Pulumi would delete it" in refused.stdout
    assert [user["username"] for user in admin.get("kept/users").json()] == ["ada"]
    admin.delete("kept")


def test_settings_of_an_administrator_are_kept(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    own = {"passwordPolicy": "length(14)", "smtpServer": {"host": "mail.example", "from": "id@acme.example"}}
    admin.put(_NAME, json=own)
    changed = copy.deepcopy(declaration)
    changed["authorizationServer"]["keycloak"]["tokens"] = {"access": "10m"}
    tenant.declare(changed)
    tenant.up()
    realm = admin.get(_NAME).json()
    assert {name: realm[name] for name in own} == own
    client = admin.get(f"{_NAME}/clients", params={"clientId": "flow-mcp-lifecycle-agent"}).json()[0]
    assert client["attributes"]["access.token.lifespan"] == "600"


def _client_ids(admin: httpx.Client) -> set[str]:
    return {client["clientId"] for client in admin.get(f"{_NAME}/clients").json()}
