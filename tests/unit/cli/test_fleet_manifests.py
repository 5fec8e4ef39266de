"""`flow-mcp fleet manifests` as docs/several-machines.md shows it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from flow_mcp.cli import cli
from flow_mcp.operations.manifests.document import ManifestError
from tests.conftest import REPOSITORY
from tests.unit.declared import Stacks, tenant

PAGE = (REPOSITORY / "docs" / "several-machines.md").read_text(encoding="utf-8").replace("\\\n", " ")
LINES = re.findall(r"^    flow-mcp (fleet .+)$", PAGE, re.MULTILINE)
COMMANDS = [shlex.split(line.partition("|")[0]) for line in LINES]
KINDS = ["kubernetes", "github", "gitlab", "azure", "operator", "deployments"]


@pytest.fixture
def project(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("acme", "test-1"):
        stacks.write(tenant(), name)
    monkeypatch.chdir(stacks.project.directory)
    (stacks.project.directory / ".github" / "workflows").mkdir(parents=True)
    return stacks.project.directory


def test_the_page_shows_each_kind_of_manifest() -> None:
    assert [command[2] for command in COMMANDS] == KINDS


@pytest.mark.parametrize("command", COMMANDS, ids=KINDS)
def test_the_documented_command_writes_the_same_bytes_each_time(command: list[str], project: Path) -> None:
    written = []
    for _ in range(2):
        result = CliRunner().invoke(cli, command, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        to = command[command.index("--to") + 1] if "--to" in command else None
        written.append((project / to).read_text("utf-8") if to else result.stdout)
    assert written[0] == written[1]
    documents = [*yaml.safe_load_all(written[0])] if command[2] != "deployments" else [json.loads(written[0])]
    assert all(documents)


def test_the_operators_stacks_and_the_settings_are_those_of_the_projects_tenants(project: Path) -> None:
    for kind in ("operator", "deployments"):
        CliRunner().invoke(cli, COMMANDS[KINDS.index(kind)], catch_exceptions=False)
    stacks = [*yaml.safe_load_all((project / "stacks.yaml").read_text("utf-8"))]
    assert [stack["metadata"]["name"] for stack in stacks] == [
        *("flow-mcp-wave", "tenant-test-1", "flow-mcp-wave-1", "tenant-acme")
    ]
    assert [*json.loads((project / "settings.json").read_text("utf-8"))] == ["acme", "test-1"]


@pytest.mark.usefixtures("project")
def test_a_password_in_the_backends_address_is_not_written() -> None:
    command = ["fleet", "manifests", "kubernetes", "--image", "i", "--backend", "postgres://u:hunter2@db/p"]
    result = CliRunner().invoke(cli, command)
    assert isinstance(result.exception, ManifestError)
    assert "hunter2" not in result.output + str(result.exception)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("shard", ["0/8", "9/8", "x"])
@pytest.mark.parametrize("command", [("up", "--yes"), ("drift",), ("gate", "preview")])
def test_a_shard_that_does_not_exist_is_refused(command: tuple[str, ...], shard: str) -> None:
    result = CliRunner().invoke(cli, [*command, "--shard", shard])
    assert (result.exit_code, f"{shard!r} is not a shard" in result.output) == (2, True)
