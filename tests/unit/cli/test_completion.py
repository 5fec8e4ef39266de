"""The shell completes commands, options and tenants."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.conftest import REPOSITORY
from tests.unit.cli.commands import command_of, commands
from tests.unit.declared import Stacks

COMMAND = Path(sys.executable).with_name("flow-mcp")
PAGE = (REPOSITORY / "docs" / "command-line.md").read_text(encoding="utf-8")


def shell(shell_name: str, words: str, cwd: Path) -> list[str]:
    """What the command answers the completion script of a shell, by click's protocol."""
    # COMP_CWORD is the index of the word under the cursor; fish gives the word itself.
    before = words.split(" ")
    environment = {"_FLOW_MCP_COMPLETE": f"{shell_name}_complete", "COMP_WORDS": words}
    environment["COMP_CWORD"] = before[-1] if shell_name == "fish" else str(len(before) - 1)
    ended = subprocess.run(
        [COMMAND], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    return [line for line in ended.stdout.splitlines() if line]


@pytest.fixture
def project(stacks: Stacks) -> Path:
    """A project with three tenants; their files are not read."""
    for name in ("acme", "contoso", "acmeo"):
        stacks.write("no declaration", name)
    return stacks.project.directory


def test_bash_completes_tenants_that_are_not_named_yet(project: Path) -> None:
    assert shell("bash", "flow-mcp check ac", project) == ["plain,acme", "plain,acmeo"]
    assert shell("bash", "flow-mcp gate preview acme ", project) == ["plain,acmeo", "plain,contoso"]
    assert shell("bash", "flow-mcp connect ac", project) == ["plain,acme", "plain,acmeo"]
    assert shell("bash", f"flow-mcp verify --project {project} con", Path("/")) == ["plain,contoso"]


def test_outside_a_project_there_are_no_tenants_and_no_error(tmp_path: Path) -> None:
    assert shell("bash", "flow-mcp check ", tmp_path) == []


def test_commands_are_completed_with_their_summaries(project: Path) -> None:
    summary = "Check tenants' declarations, offline."
    assert shell("bash", "flow-mcp che", project) == ["plain,check"]
    assert shell("zsh", "flow-mcp che", project) == ["plain", "check", summary]
    assert shell("fish", "flow-mcp che", project) == [f"plain,check\t{summary}"]
    assert "plain,--project" in shell("bash", "flow-mcp check --", project)


def test_every_argument_for_tenants_is_completed() -> None:
    arguments = {
        words: parameter
        for words in commands()
        for parameter in command_of(words).params
        if parameter.name in {"tenant", "tenants"} and isinstance(parameter, click.Argument)
    }
    assert len(arguments) > 5
    # The tenant of `init` does not exist yet.
    assert [words for words, argument in arguments.items() if argument._custom_shell_complete is None] == [
        ("init",)
    ]


def test_the_documented_line_makes_a_real_bash_complete(project: Path) -> None:
    line = 'eval "$(_FLOW_MCP_COMPLETE=bash_source flow-mcp)"'
    assert line in PAGE
    script = f"""{line}
COMP_WORDS=(flow-mcp check co)
COMP_CWORD=2
"$(complete -p flow-mcp | sed -E 's/.*-F ([^ ]+).*/\\1/')" flow-mcp co check
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", script],
        cwd=project,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ended.stdout.splitlines(), ended.stderr) == (["contoso"], "")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_page_has_a_line_for_each_shell(name: str, project: Path) -> None:
    assert f"_FLOW_MCP_COMPLETE={name}_source flow-mcp" in PAGE
    environment = {**os.environ, "_FLOW_MCP_COMPLETE": f"{name}_source"}
    script = subprocess.run(
        [COMMAND], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    assert f"_FLOW_MCP_COMPLETE={name}_complete" in script.stdout
