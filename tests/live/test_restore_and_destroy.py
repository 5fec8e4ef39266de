"""A tenant is restored at another backend, protected and destroyed, with the documented commands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import httpx

from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.forking_project import forking_project
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant

_NAME = "kept"


def _declaration(keycloak: LocalKeycloak, **more: Any) -> dict[str, Any]:
    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["production"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak.url, "realm": {"name": _NAME, "create": True, "deletable": True}}
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["1/production"]},
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "access": ["1/production"],
                "people": "everyone",
            },
        },
        **more,
    }


def test_a_tenant_is_restored_at_another_backend_then_protected_and_destroyed(
    module_scratch: ScratchProject,
    hosts: PythonHosts | None,
    keycloak: LocalKeycloak,
    admin: httpx.Client,
    tmp_path: Path,
) -> None:
    lost = Tenant(_NAME, module_scratch)
    lost.create()
    lost.declare(_declaration(keycloak, protected=True))
    lost.up()
    for name in ("kari", "ola"):
        admin.post(f"{_NAME}/users", json={"username": name})
    secrets = lost.outputs(secrets=True)["clientSecrets"]

    # The repository and the passphrase are left; the backend is another one.
    scratch = forking_project(hosts, tmp_path / "trial", lost.scratch.credentials)
    shutil.copyfile(lost.scratch.passphrase, scratch.passphrase)
    file = f"stacks/Pulumi.{_NAME}.yaml"
    shutil.copyfile(lost.scratch.project.directory / file, scratch.project.directory / file)
    for command in _commands("Back up the state"):
        lost.scratch.pulumi(*command)
    shutil.rmtree(lost.scratch.state)
    shutil.move(lost.scratch.project.directory / f"{_NAME}.state.json", scratch.project.directory)
    login, *restoring, drift = _commands("The backend was lost")
    assert login[0] == "login"
    for command in restoring:
        scratch.pulumi(*command)
    restored = Tenant(_NAME, scratch)
    assert restored.outputs(secrets=True)["clientSecrets"] == secrets
    assert flow_mcp(scratch, *drift).returncode == 0

    # Nothing is deleted while the tenant is protected, except for access.
    refused = scratch.pulumi("destroy", "--yes", "--stack", _NAME, check=False)
    assert refused.returncode, refused.stdout
    assert "protect" in refused.stdout
    destroyed = flow_mcp(scratch, "destroy", _NAME, "--yes", _NAME)
    assert (destroyed.returncode, "kept is protected." in destroyed.stdout) == (4, True), destroyed.stdout
    without_agent = _declaration(keycloak, protected=True)
    del without_agent["clients"]["agent"]
    restored.declare(without_agent)
    restored.up()
    client_ids = {client["clientId"] for client in admin.get(f"{_NAME}/clients").json()}
    assert {item for item in client_ids if item.startswith("flow-mcp-")} == {"flow-mcp-kept-desktop"}

    restored.declare(_declaration(keycloak))
    restored.up()
    destroyed = flow_mcp(scratch, "destroy", _NAME, "--yes", _NAME)
    assert destroyed.returncode == 0, destroyed.stderr + destroyed.stdout
    losses = [line.strip() for line in destroyed.stderr.splitlines() if line.startswith("  - ")]
    assert losses == [
        "- The realm kept with its 2 users: their passwords, sessions and group memberships, the realm's "
        "signing keys, and all clients and settings that others made in it.",
        "- The secrets of agent. If the tenant is created again, they are replaced by new ones.",
        "- The sign-in of people through clients.desktop.",
    ]
    assert _NAME not in {realm["realm"] for realm in admin.get("").json()}


def _commands(heading: str) -> list[list[str]]:
    """Return the arguments of the commands in a section of docs/restore.md, for the tenant of this test."""
    page = (REPOSITORY / "docs" / "restore.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^    (?:pulumi|flow-mcp) (.+)$", section, re.MULTILINE)
    return [line.replace("acme", _NAME).split() for line in lines]
