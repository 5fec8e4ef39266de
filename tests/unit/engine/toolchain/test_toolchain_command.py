from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from flow_mcp.cli.toolchain import command
from tests.unit.engine.toolchain.conftest import Machine


@pytest.fixture(autouse=True)
def _project(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine.root / "Pulumi.yaml").write_text("name: flow-mcp\n")
    monkeypatch.chdir(machine.root)
    machine.install_go()


def test_the_result_is_printed_as_json(machine: Machine) -> None:
    result = CliRunner().invoke(command, ["--from", "build", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {
            "directory": str(machine.root / ".toolchain" / "bin"),
            "changed": True,
            "parts": {
                "pulumi": {
                    "from": "build",
                    "version": "3.256.0",
                    "programs": ["pulumi", "pulumi-language-python", "pulumi-language-python-exec"],
                },
                "keycloak": {
                    "from": "build",
                    "version": "6.14.1",
                    "programs": ["pulumi-resource-keycloak"],
                },
            },
        },
    )


def test_a_second_run_prints_the_versions_in_one_line(machine: Machine) -> None:
    first = CliRunner().invoke(command, ["--from", "build"])
    again = CliRunner().invoke(command, ["--from", "build"])
    assert [line.partition(": built in ")[0] for line in first.stdout.splitlines()[:2]] == [
        "pulumi, pulumi-language-python, pulumi-language-python-exec",
        "pulumi-resource-keycloak",
    ]
    assert again.stdout == (
        "Pulumi 3.256.0 (built here) and its Keycloak plugin 6.14.1 (built here) are in "
        f"{machine.root}/.toolchain/bin\n"
    )
