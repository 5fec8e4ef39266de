"""Every command can be learnt from its help."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli
from tests.unit.cli.commands import command_of, commands


def _help(command: tuple[str, ...]) -> str:
    result = CliRunner().invoke(cli, [*command, "--help"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("command", [(), *commands()], ids=" ".join)
def test_a_commands_help_has_examples_or_its_groups_has(command: tuple[str, ...]) -> None:
    shown = _help(command)
    assert f"Usage: cli {' '.join(command)}".rstrip() in shown
    examples = shown.partition("Examples:")[2]
    if isinstance(command_of(command), click.Group) or not examples:
        examples += "".join(_help(other) for other in _around(command))
    assert f"flow-mcp {' '.join(command)}".rstrip() in examples


@pytest.mark.parametrize("command", [*commands()], ids=" ".join)
def test_a_command_says_what_it_does_and_so_does_each_option(command: tuple[str, ...]) -> None:
    found = command_of(command)
    assert found.help
    assert [
        option.name for option in found.params if isinstance(option, click.Option) and not option.help
    ] == []


def _around(command: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The group above a command, and the commands below a group."""
    yield command[:-1]
    found = command_of(command)
    if isinstance(found, click.Group):
        yield from commands(found, command)
