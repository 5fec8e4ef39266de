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


@pytest.mark.parametrize("command", [*commands()], ids=" ".join)
def test_the_help_of_a_group_has_the_whole_first_sentence_of_each_command(command: tuple[str, ...]) -> None:
    if isinstance(group := command_of(command), click.Group):
        shown = _help(command).partition("Commands:")[2].partition("Examples:")[0]
        assert "..." not in shown
        assert set(group.commands) <= set(shown.split())


def _around(command: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the group of a command, and the commands of a group."""
    yield command[:-1]
    current = command_of(command)
    if isinstance(current, click.Group):
        yield from commands(current, command)
