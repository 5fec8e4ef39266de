"""A repository of one's own, from an empty directory and the wheel: `flow-mcp new`, then `pulumi up`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
import yaml

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.conftest import REPOSITORY
from tests.own_rule import ID, own_rule

TENANT = "wheelco"
CALLBACK = "https://planner.acme.example/callback"
SOURCE = "{basis: reported, url: https://planner.acme.example/docs, read: 2026-11-30}"
APPLICATIONS = f"""\
planner:
  title: Acme Planner
  redirectUris: [{CALLBACK}]
  clientTypes: [public]
  sources: {{redirectUris: {SOURCE}, clientTypes: {SOURCE}}}
"""
OTHERS = ("PULUMI_", "KEYCLOAK_", "FLOW_MCP_", "PYTHONPATH")


@dataclass(frozen=True)
class Desk:
    """A directory in which somebody works who has the wheel and not this repository."""

    directory: Path
    dist: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """What a command prints that succeeds."""
        ended = subprocess.run(
            arguments,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def pip(self, *arguments: str) -> str:
        """Install into the directory's `.venv`, without a network and without its dependencies."""
        install = ("install", "--no-deps", "--no-index", "--disable-pip-version-check")
        return self.run(sys.executable, "-m", "pip", "--python", ".venv/bin/python", *install, *arguments)


@pytest.fixture
def desk(tmp_path: Path, keycloak: LocalKeycloak) -> Desk:
    directory, dist, state = (tmp_path / name for name in ("planning", "dist", "state"))
    directory.mkdir()
    state.mkdir()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    virtual = directory / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(virtual)], check=True)
    # The dependencies of the tests' own environment; its editable installation of this package is not seen.
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    own = sysconfig.get_path("purelib", "venv", {"base": str(virtual), "platbase": str(virtual)})
    Path(own, "dependencies.pth").write_text("\n".join(sorted(installed)) + "\n", encoding="utf-8")
    path = (virtual / "bin", REPOSITORY / ".toolchain" / "bin", os.environ["PATH"])
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(OTHERS)},
        "PATH": os.pathsep.join(map(str, path)),
        "PULUMI_HOME": str(tmp_path / "pulumi"),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "of a test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "KEYCLOAK_USER": keycloak.admin_user,
        "KEYCLOAK_PASSWORD": keycloak.admin_password,
    }
    return Desk(directory, dist, environment)


def test_a_tenant_is_made_from_an_empty_directory_and_the_wheel(
    desk: Desk, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    (wheel,) = desk.dist.iterdir()
    desk.pip(str(wheel))
    where = desk.run("python", "-c", "import flow_mcp; print(flow_mcp.__file__)")
    assert Path(where).is_relative_to(desk.directory / ".venv")

    created = json.loads(
        desk.run("flow-mcp", "new", ".", "--tenant", TENANT, "--keycloak", keycloak.url, "--json")
    )
    assert (created["directory"], created["tenant"]) == (str(desk.directory), TENANT)
    pinned = desk.pip("--find-links", str(desk.dist), "-r", "requirements.txt")
    assert "Requirement already satisfied" in pinned
    assert desk.run("flow-mcp", "check") == "1 tenant: 0 errors, 0 warnings\n"

    stacks = desk.directory / "stacks"
    (stacks / "applications.yaml").write_text(APPLICATIONS, "utf-8")
    file = stacks / f"Pulumi.{TENANT}.yaml"
    declared = yaml.safe_load(file.read_text("utf-8"))
    clients = declared["config"]["flow-mcp:tenant"]["clients"]
    kept = {key: clients["desktop"][key] for key in ("access", "people")}
    clients["planner"] = {"application": "planner", **kept}
    # JSON is YAML, without the aliases that a YAML dumper writes.
    file.write_text(json.dumps(declared), "utf-8")
    assert desk.run("flow-mcp", "check") == "1 tenant: 0 errors, 0 warnings\n"

    found = json.loads(desk.run("flow-mcp", "doctor", "--json"))["findings"]
    # Keycloak sends no header Date.
    assert [each["subject"] for each in found if each["status"] != "ok"] == [f"clock of {keycloak.url}"]
    assert {each["subject"] for each in found} >= {"Pulumi", "credentials for keycloak", keycloak.url}

    own_rule(desk.directory / "policies", "in_declaration", 'yield Violation(("id",), "is looked at")')
    levels = {ID: "advisory", "FLOWMCP-016": {"enforcementLevel": "mandatory", "waivableBy": ["ciso"]}}
    (desk.directory / "policies" / "configuration.json").write_text(json.dumps(levels), "utf-8")
    assert f"is looked at ({ID})" in desk.run("flow-mcp", "check")

    desk.run("pulumi", "stack", "select", "--create", TENANT)
    applied = desk.run("pulumi", "up", "--yes", "--skip-preview", "--policy-pack", "policies")
    try:
        assert f"[advisory] [severity: high]  {ID}" in applied
        assert TENANT in {realm["realm"] for realm in admin.get("").json()}
        (planner,) = json.loads(desk.run("flow-mcp", "connect", TENANT, "planner", "--json"))["connections"]
        (client,) = admin.get(f"{TENANT}/clients", params={"clientId": planner["clientId"]}).json()
        assert client["redirectUris"] == [CALLBACK]
        desk.run("flow-mcp", "export", "--to", "settings")
        envelope = json.loads((desk.directory / "settings" / f"{TENANT}.json").read_text("utf-8"))
        assert envelope["tenant"] == TENANT
    finally:
        desk.run("pulumi", "destroy", "--yes", "--skip-preview")


def test_the_wheel_has_the_go_module_of_this_repository(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.iterdir()
    inside = "flow_mcp/engine/toolchain/module/"
    with ZipFile(wheel) as opened:
        packed = {
            name.removeprefix(inside): opened.read(name)
            for name in opened.namelist()
            if name.startswith(inside)
        }
    module = REPOSITORY / "toolchain"
    assert packed == {
        str(file.relative_to(module)): file.read_bytes() for file in module.rglob("*") if file.is_file()
    }
