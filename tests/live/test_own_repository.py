"""A repository of one's own: docs/start/keycloak.md as a script, from an empty directory and the wheel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
import yaml

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.conftest import REPOSITORY
from tests.first_tenant.desk import Desk, account
from tests.own_rule import ID, own_rule

TENANT = "acme"
CALLBACK = "https://planner.acme.example/callback"
SOURCE = "{basis: reported, url: https://planner.acme.example/docs, read: 2026-11-30}"
APPLICATIONS = f"""\
planner:
  title: Acme Planner
  redirectUris: [{CALLBACK}]
  clientTypes: [public]
  sources: {{redirectUris: {SOURCE}, clientTypes: {SOURCE}}}
"""
# What `flow-mcp new` of an earlier version wrote.
FORMER_PLUGIN = {
    "PulumiPlugin.yaml": "runtime: {name: python, options: {toolchain: pip, virtualenv: ../.venv}}\n",
    "__main__.py": "from flow_mcp.authorization_servers.plugin_server import main\n\nmain()\n",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty directory and the wheel."""
    return Desk.prepare(tmp_path)


def test_the_start_page_leads_from_an_empty_directory_to_a_verified_tenant(
    desk: Desk, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    with account(admin):
        try:
            steps = desk.follow("keycloak", keycloak.url, offline=True)
            assert [step.title for step in steps] == [
                *("2. Create the project", "3. Declare the tenant", "4. Apply", "5. Check the result")
            ]
            missing = [text for step in steps for text in step.expected if text not in step.output]
            assert missing == []
            assert re.search(r"^acme: \d+ pass, \d+ warn, 0 fail, ", steps[-1].output, re.MULTILINE)
            where = desk.run("python", "-c", "import flow_mcp; print(flow_mcp.__file__)")
            assert Path(where).is_relative_to(desk.project / ".venv")
            pinned = (desk.project / "requirements.txt").read_text(encoding="utf-8")
            assert pinned == f"flow-mcp[deploy]=={version('flow-mcp')}\n"
            _extend(desk, keycloak, admin)
            _use_former_plugins(desk)
        finally:
            admin.delete(TENANT)


def _extend(desk: Desk, keycloak: LocalKeycloak, admin: httpx.Client) -> None:
    """Add an application and a rule of the team, and apply them with the policies."""
    stacks = desk.project / "stacks"
    (stacks / "applications.yaml").write_text(APPLICATIONS, "utf-8")
    file = stacks / f"Pulumi.{TENANT}.yaml"
    declared = yaml.safe_load(file.read_text("utf-8"))
    clients = declared["config"]["flow-mcp:tenant"]["clients"]
    kept = {key: clients["desktop"][key] for key in ("access", "people")}
    clients["planner"] = {"application": "planner", **kept}
    # JSON is YAML, without the aliases that a YAML dumper writes.
    file.write_text(json.dumps(declared), "utf-8")
    findings = json.loads(desk.run("flow-mcp", "doctor", "--json"))["findings"]
    # Keycloak sends no header Date.
    problems = [finding["subject"] for finding in findings if finding["status"] != "ok"]
    assert problems == [f"clock of {keycloak.url}"]
    subjects = {finding["subject"] for finding in findings}
    assert subjects >= {"Pulumi", "credentials for keycloak", keycloak.url}

    own_rule(desk.project / "policies", "in_declaration", 'yield Violation(("id",), "is looked at")')
    levels = {ID: "advisory", "FLOWMCP-016": {"enforcementLevel": "mandatory", "waivableBy": ["ciso"]}}
    (desk.project / "policies" / "configuration.json").write_text(json.dumps(levels), "utf-8")
    assert f"is looked at ({ID})" in desk.run("flow-mcp", "check")
    applied = desk.run("pulumi", "up", "--yes", "--skip-preview", "--policy-pack", "policies")
    assert f"[advisory] [severity: high]  {ID}" in applied
    (planner,) = json.loads(desk.run("flow-mcp", "connect", TENANT, "planner", "--json"))["connections"]
    (client,) = admin.get(f"{TENANT}/clients", params={"clientId": planner["clientId"]}).json()
    assert client["redirectUris"] == [CALLBACK]


def _use_former_plugins(desk: Desk) -> None:
    """Give the project the plugins of earlier versions; they still work, and nothing changes."""
    settings = desk.project / "Pulumi.yaml"
    plugin = desk.project / "plugin"
    plugin.mkdir()
    for name, text in FORMER_PLUGIN.items():
        (plugin / name).write_text(text, encoding="utf-8")
    text = settings.read_text(encoding="utf-8")
    assert "path: .venv/share/flow-mcp\n" in text
    for path in ("plugin", ".venv/bin"):
        former = text.replace("path: .venv/share/flow-mcp\n", f"path: {path}\n")
        settings.write_text(former, encoding="utf-8")
        desk.run("pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes")
    desk.run("flow-mcp", "upgrade", "--write")
    assert settings.read_text(encoding="utf-8") == text


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
