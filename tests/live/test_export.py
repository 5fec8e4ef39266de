"""Tests of `flow-mcp export` for a stack that a real `pulumi up` created."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime.settings_file import read_settings
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant


def _declaration(keycloak: LocalKeycloak, *environments: str) -> dict[str, object]:
    return {
        "id": "exported",
        "workspaces": {"1": {"environments": list(environments)}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "realm": {"name": "exported", "create": True, "deletable": True},
            }
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
    }


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    tenant = Tenant("exported", module_scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak, "production"))
    tenant.up()
    yield tenant
    admin.delete("exported")


def test_the_revision_increases_only_when_the_settings_change(
    tenant: Tenant, keycloak: LocalKeycloak, tmp_path: Path
) -> None:
    file = tmp_path / "exported.json"
    revisions = []
    for environments in (("production",), ("production",), ("production", "test")):
        tenant.declare(_declaration(keycloak, *environments))
        tenant.up()
        ended = flow_mcp(tenant.scratch, "export", "exported", "--to", str(tmp_path))
        assert ended.returncode == 0, ended.stderr
        revisions.append(read_settings(file).revision)
    # The fixture's update is the stack's first.
    assert revisions == [2, 2, 4]
    assert [resource.key for resource in read_settings(file).document.protected_resources] == [
        "1/production",
        "1/test",
    ]


def test_settings_are_exported_without_a_passphrase_and_secrets_are_not(
    tenant: Tenant, tmp_path: Path
) -> None:
    locked = {"PULUMI_CONFIG_PASSPHRASE_FILE": "", "PULUMI_CONFIG_PASSPHRASE": ""}
    out, secrets = tmp_path / "out", tmp_path / "secrets.json"
    plain = flow_mcp(tenant.scratch, "export", "--to", str(out), "exported", environment=locked)
    assert plain.returncode == 0, plain.stderr
    arguments = ("export", "--to", str(out), "exported", "--secrets-to", str(secrets))
    refused = flow_mcp(tenant.scratch, *arguments, environment=locked)
    assert (refused.returncode, secrets.exists()) == (2, False)
    assert "Traceback" not in refused.stderr
    given = flow_mcp(tenant.scratch, *arguments)
    secret = tenant.outputs(secrets=True)["clientSecrets"]["agent"]
    agent = json.loads(secrets.read_text(encoding="utf-8"))["exported"]["agent"]
    assert (agent["clientId"], agent["clientSecret"]) == ("flow-mcp-exported-agent", secret)
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert secret not in given.stdout + given.stderr + (out / "exported.json").read_text(encoding="utf-8")
