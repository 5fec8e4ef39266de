"""`flow-mcp upgrade` in a project of an earlier version says what changes, and writes on request only."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli.upgrade import command
from flow_mcp.local.new_project.create import create
from flow_mcp.local.new_project.first_tenant import FirstTenant
from flow_mcp.local.new_project.upgrade import UpgradeError

OWN = version("flow-mcp")
PLUGIN, FORMER_PLUGIN = "path: .venv/share/flow-mcp\n", "path: .venv/bin\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as this version creates it, with the version number and two files of an earlier one."""
    create(tmp_path / "planning", FirstTenant(), None)
    directory = tmp_path / "planning"
    edit(directory / "requirements.txt", f"=={OWN}", "==0.0.9")
    edit(directory / "policies" / "PulumiPolicy.yaml", f"version: {OWN}", "version: 0.0.9")
    (directory / "schemas" / "stack.schema.json").unlink()
    return directory


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def upgrade(project: Path, *options: str) -> Result:
    return CliRunner().invoke(command, ["--project", str(project), *options], catch_exceptions=False)


def texts(project: Path) -> dict[str, str]:
    return {str(file): file.read_text(encoding="utf-8") for file in project.rglob("*") if file.is_file()}


def test_it_says_what_changes_and_changes_nothing(project: Path) -> None:
    before = texts(project)
    result = upgrade(project)
    assert result.exit_code == 3
    assert f"requirements.txt names flow-mcp 0.0.9; this is {OWN}.\n" in result.stdout
    assert f"New since 0.0.9:\n\n{OWN}\n" in result.stdout
    changes = [line for line in result.stdout.splitlines() if line.startswith(("changes", "adds"))]
    assert changes == [
        "changes policies/PulumiPolicy.yaml",
        "changes requirements.txt",
        "adds schemas/stack.schema.json",
    ]
    assert texts(project) == before


def test_the_changed_lines_are_shown_on_request(project: Path) -> None:
    shown = upgrade(project, "--diff").stdout
    assert "-flow-mcp[deploy]==0.0.9\n" in shown
    assert f"+flow-mcp[deploy]=={OWN}\n" in shown


def test_the_files_are_written_on_request_and_then_nothing_is_left(project: Path) -> None:
    assert upgrade(project, "--write").exit_code == 0
    again = upgrade(project)
    assert (again.exit_code, "No file of the project changes." in again.stdout) == (0, True)
    assert not again.stdout.startswith("New since")


def test_the_plugin_that_no_run_can_fork_is_replaced(project: Path) -> None:
    settings = project / "Pulumi.yaml"
    text = settings.read_text(encoding="utf-8")
    edit(settings, PLUGIN, FORMER_PLUGIN)
    assert "changes Pulumi.yaml" in upgrade(project).stdout.splitlines()
    upgrade(project, "--write")
    assert settings.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "edits",
    [
        [(PLUGIN, "path: plugin\n")],
        [(PLUGIN, FORMER_PLUGIN), ("  name: python\n", "  name: yaml\n")],
        [(PLUGIN, FORMER_PLUGIN), ("- name: flow-mcp\n", "- name: own\n")],
    ],
    ids=["of this project", "of a program in another language", "of another package"],
)
def test_other_plugins_stay(project: Path, edits: list[tuple[str, str]]) -> None:
    for before, after in edits:
        edit(project / "Pulumi.yaml", before, after)
    assert "changes Pulumi.yaml" not in upgrade(project).stdout.splitlines()


def test_a_tenant_that_this_version_rejects_is_named_and_nothing_is_written(project: Path) -> None:
    (tenant,) = (project / "stacks").glob("Pulumi.*.yaml")
    edit(tenant, "access:", "acess:")
    before = texts(project)
    result = upgrade(project, "--write")
    assert result.exit_code == 2
    assert "is invalid for this version" in result.stderr
    assert texts(project) == before


def test_json_has_versions_files_and_invalid_tenants(project: Path) -> None:
    document = json.loads(upgrade(project, "--json").stdout)
    assert (document["from"], document["to"], document["invalidTenants"]) == ("0.0.9", OWN, {})
    assert [change["path"] for change in document["files"]] == [
        "policies/PulumiPolicy.yaml",
        "requirements.txt",
        "schemas/stack.schema.json",
    ]
    assert document["written"] is False


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("flow-mcp", "has no line flow-mcp"),
        ("flow-mcp[deploy]==99.0.0", "run the command of the newer version"),
    ],
)
def test_a_project_whose_version_is_unknown_or_newer_is_left_alone(
    project: Path, line: str, message: str
) -> None:
    (project / "requirements.txt").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(UpgradeError, match=message):
        upgrade(project)
