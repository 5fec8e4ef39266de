"""`flow-mcp doctor` finds what a machine lacks, with a remedy each, and shows no secret."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli
from flow_mcp.engine.project import Project
from tests.unit.declared import Stacks, tenant
from tests.unit.operations.doctor.conftest import program

MARKER = "s3cret-value"


def doctor(project: Project, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["doctor", "--project", str(project.directory), *arguments])
    return result.exit_code, result.stdout


def test_problems_end_in_1_and_each_has_a_remedy(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"https://user:{MARKER}@example.com")
    monkeypatch.setenv("KEYCLOAK_PASSWORD", MARKER)
    # Nothing listens there: the port is the one that is never given to a program.
    stacks.write(tenant(server="keycloak: {url: 'http://127.0.0.1:1', realm: {name: acme, create: true}}\n"))
    stacks.write("config: {}\n", "broken")
    code, output = doctor(stacks.project, "--json")
    findings = json.loads(output)["findings"]
    assert code == 1
    assert [each["subject"] for each in findings if each["status"] != "ok" and not each["remedy"]] == []
    problems = {each["subject"]: each["remedy"] for each in findings if each["status"] == "problem"}
    assert problems.keys() == {
        ".venv",
        "Pulumi",
        "declaration of broken",
        "credentials for keycloak",
        "http://127.0.0.1:1",
    }
    assert problems["declaration of broken"] == "Run `flow-mcp check broken`."
    assert problems["http://127.0.0.1:1"].startswith("Start it: `flow-mcp dev start`")
    code, text = doctor(stacks.project, "acme")
    assert (code, text.splitlines()[-1].endswith("4 problems, 2 warnings"), MARKER in output + text) == (
        1,
        True,
        False,
    )
    assert "declaration of broken" not in text


def test_without_a_problem_it_ends_in_0(
    stacks: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pulumi", "pulumi-language-python"):
        program(tmp_path / "bin", name, "v3.276.0")
    program(stacks.project.directory / ".venv" / "bin", "python", version("flow-mcp"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file://~")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", MARKER)
    code, text = doctor(stacks.project)
    assert (code, text.splitlines()[-1]) == (0, "6 findings: 0 problems, 0 warnings")
    assert MARKER not in text
