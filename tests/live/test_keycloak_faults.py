"""Tests of errors: one message, an exit code, and an unchanged state."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.live.tenant import Tenant

_NAME = "faults"


@pytest.fixture(scope="module")
def declaration(keycloak: LocalKeycloak) -> dict[str, Any]:
    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["production"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak.url, "realm": {"name": _NAME, "create": True, "deletable": True}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
    }


@pytest.fixture(scope="module")
def tenant(
    module_scratch: ScratchProject, declaration: dict[str, Any], admin: httpx.Client
) -> Iterator[Tenant]:
    """A working tenant, for which each test causes another error."""
    created = Tenant(_NAME, module_scratch)
    created.create()
    created.declare(declaration)
    created.up()
    yield created
    admin.delete(_NAME)


def test_an_unreachable_keycloak_is_reported(tenant: Tenant, declaration: dict[str, Any]) -> None:
    away = _on(
        declaration,
        {"url": "http://127.0.0.1:9", "realm": {"name": _NAME, "create": True, "deletable": True}},
    )
    assert "http://127.0.0.1:9" in _refused(tenant, away)


def test_wrong_credentials_are_reported_and_not_shown(tenant: Tenant, declaration: dict[str, Any]) -> None:
    wrong = dataclasses.replace(
        tenant.scratch, credentials={"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "not-the-password"}
    )
    output = _refused(Tenant(_NAME, wrong), declaration)
    assert "KEYCLOAK_PASSWORD" in output
    assert "not-the-password" not in output


def test_missing_credentials_are_reported(tenant: Tenant, declaration: dict[str, Any]) -> None:
    none = dataclasses.replace(tenant.scratch, credentials={})
    assert "KEYCLOAK_USER" in _refused(Tenant(_NAME, none), declaration)


def test_an_existing_realm_is_not_adopted(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    admin.post("", json={"realm": "theirs"})
    before = admin.get("theirs").json()
    url = declaration["authorizationServer"]["keycloak"]["url"]
    output = _refused(
        tenant, _on(declaration, {"url": url, "realm": {"name": "theirs", "create": True, "deletable": True}})
    )
    assert "theirs" in output
    assert "create: false" in output
    assert admin.get("theirs").json() == before
    admin.delete("theirs")


def test_a_missing_group_is_reported(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    admin.post("", json={"realm": "groupless", "enabled": True})
    url = declaration["authorizationServer"]["keycloak"]["url"]
    elsewhere = _on(declaration, {"url": url, "realm": {"name": "groupless", "create": False}})
    desktop = {
        "grant": "authorization-code",
        "redirectUris": ["http://127.0.0.1/callback"],
        "access": ["*"],
        "people": {"groups": ["nobody-made-me"]},
    }
    output = _refused(tenant, elsewhere | {"clients": {"desktop": desktop}})
    assert "has no group nobody-made-me, which people: {groups: […]} declares" in output
    admin.delete("groupless")


def test_a_used_client_id_is_reported(
    tenant: Tenant, declaration: dict[str, Any], admin: httpx.Client
) -> None:
    admin.post(f"{_NAME}/clients", json={"clientId": "taken"})
    clients = declaration["clients"] | {
        "second": {"grant": "client-credentials", "access": ["*"], "clientId": "taken"}
    }
    assert "taken" in _refused(tenant, declaration | {"clients": clients})


def test_an_invalid_declaration_shows_all_problems_and_changes_nothing(
    tenant: Tenant, declaration: dict[str, Any]
) -> None:
    clients = {
        "agent": {"grant": "client-credentials", "access": ["9/production"]},
        "page": {"grant": "authorization-code", "access": ["*"], "redirectUris": ["https://*.example/"]},
    }
    output = _refused(tenant, declaration | {"clients": clients})
    assert "9/production" in output
    assert "clients.page.redirectUris[0]" in output


def test_a_missing_plugin_is_reported(tenant: Tenant, declaration: dict[str, Any], tmp_path: Path) -> None:
    without = ScratchProject.prepare(Project(REPOSITORY), tmp_path / "trial", tenant.scratch.credentials)
    shutil.rmtree(without.installed_plugin("keycloak").parent)
    url = declaration["authorizationServer"]["keycloak"]["url"]
    fresh = _on(
        declaration | {"id": "pluginless"},
        {"url": url, "realm": {"name": "pluginless", "create": True, "deletable": True}},
    )
    tenant = Tenant("pluginless", without)
    tenant.create()
    output = _refused(tenant, fresh)
    assert "no resource plugin 'pulumi-resource-keycloak' found in the workspace" in output


def test_an_unset_passphrase_is_reported(tenant: Tenant) -> None:
    class NoPassphrase(ScratchProject):
        def environment(self) -> dict[str, str]:
            return {k: v for k, v in super().environment().items() if "PASSPHRASE" not in k}

    scratch = NoPassphrase(tenant.scratch.directory, tenant.scratch.toolchain, tenant.scratch.credentials)
    ended = scratch.pulumi("up", "--yes", "--skip-preview", "--stack", _NAME, check=False)
    assert ended.returncode != 0
    assert "PULUMI_CONFIG_PASSPHRASE" in ended.stdout
    assert "Traceback" not in ended.stdout


def _on(declaration: dict[str, Any], keycloak: dict[str, Any]) -> dict[str, Any]:
    return declaration | {"authorizationServer": {"keycloak": keycloak}}


def _refused(tenant: Tenant, declaration: dict[str, Any]) -> str:
    """Return the output of a failing `pulumi up` and check that the stack's resources are unchanged."""
    before = tenant.scratch.pulumi("stack", "export", "--stack", tenant.name).stdout
    tenant.declare(declaration)
    ended = tenant.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", tenant.name, check=False)
    after = tenant.scratch.pulumi("stack", "export", "--stack", tenant.name).stdout
    assert ended.returncode != 0, ended.stdout
    assert "Traceback" not in ended.stdout
    assert _resources(after) == _resources(before)
    return ended.stdout


def _resources(exported: str) -> list[tuple[str, str]]:
    """Return URN and ID of all resources at the server in a stable order."""
    resources = json.loads(exported)["deployment"].get("resources", [])
    return sorted(
        (resource["urn"], resource["id"])
        for resource in resources
        if "id" in resource and not resource["type"].startswith("pulumi:providers:")
    )
