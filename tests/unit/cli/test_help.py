"""Tests of the help texts."""

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
def test_help_has_examples_for_each_command(command: tuple[str, ...]) -> None:
    shown = _help(command)
    assert f"Usage: cli {' '.join(command)}".rstrip() in shown
    examples = shown.partition("Examples:")[2]
    if isinstance(command_of(command), click.Group) or not examples:
        examples += "".join(_help(neighbour) for neighbour in _around(command))
    assert f"flow-mcp {' '.join(command)}".rstrip() in examples


@pytest.mark.parametrize("command", [*commands()], ids=" ".join)
def test_commands_and_options_have_help_texts(command: tuple[str, ...]) -> None:
    current = command_of(command)
    assert current.help
    assert [
        option.name for option in current.params if isinstance(option, click.Option) and not option.help
    ] == []


def _around(command: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the group of a command, and the commands of a group."""
    yield command[:-1]
    current = command_of(command)
    if isinstance(current, click.Group):
        yield from commands(current, command)
