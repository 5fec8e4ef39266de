"""Commands run on the project that `--project` names, wherever the working directory is."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli
from flow_mcp.engine.project import NoProjectError, Project
from tests.unit.cli.commands import command_of, commands
from tests.unit.declared import Stacks, tenant

WITHOUT_A_PROJECT = {
    ("new",),
    ("dev", "fetch"),
    ("evidence", "verify"),
    *(("fleet", "manifests", target) for target in ("azure", "github", "gitlab", "kubernetes")),
}
"""Commands that create a project or read none."""


def _has_option(words: tuple[str, ...]) -> bool:
    return any("--project" in parameter.opts for parameter in command_of(words).params)


def test_every_command_that_reads_a_project_takes_its_directory() -> None:
    leaves = {words for words in commands() if not isinstance(command_of(words), click.Group)}
    assert {words for words in leaves if not _has_option(words)} == WITHOUT_A_PROJECT


def test_a_command_reads_the_project_that_is_named(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    stacks.write(tenant())
    monkeypatch.chdir("/")
    result = CliRunner().invoke(cli, ["check", "--json", "--project", str(stacks.project.directory)])
    assert (result.exit_code, json.loads(result.stdout)["checked"]) == (0, ["acme"])


def test_a_group_gives_its_option_to_its_command(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    directory = str(stacks.project.directory)
    for arguments in (["demo", "--project", directory, "down"], ["demo", "down", "--project", directory]):
        result = CliRunner().invoke(cli, arguments)
        assert (result.exit_code, result.stdout) == (0, "There is no demo to remove.\n")


def test_a_directory_without_a_project_is_refused_even_below_one(stacks: Stacks) -> None:
    below = stacks.project.directory / "stacks"
    with pytest.raises(NoProjectError, match=rf"^no Pulumi\.yaml in {below}; name a project's directory"):
        Project.at(below)


def test_a_directory_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "--project", str(tmp_path / "nowhere")])
    assert (result.exit_code, "does not exist" in result.stderr) == (2, True)
