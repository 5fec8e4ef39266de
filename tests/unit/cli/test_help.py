"""Tests of the help texts."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli


def _commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        subcommand = group.get_command(context, name)
        assert subcommand is not None
        yield (*above, name)
        if isinstance(subcommand, click.Group):
            yield from _commands(subcommand, (*above, name))


def _help(command: tuple[str, ...]) -> str:
    result = CliRunner().invoke(cli, [*command, "--help"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("command", [(), *_commands(cli)], ids=" ".join)
def test_help_has_examples_for_each_command(command: tuple[str, ...]) -> None:
    shown = _help(command)
    assert f"Usage: cli {' '.join(command)}".rstrip() in shown
    examples = shown.partition("Examples:")[2]
    if isinstance(_found(command), click.Group) or not examples:
        examples += "".join(_help(neighbour) for neighbour in _around(command))
    assert f"flow-mcp {' '.join(command)}".rstrip() in examples


@pytest.mark.parametrize("command", [*_commands(cli)], ids=" ".join)
def test_commands_and_options_have_help_texts(command: tuple[str, ...]) -> None:
    current = _found(command)
    assert current.help
    assert [
        option.name for option in current.params if isinstance(option, click.Option) and not option.help
    ] == []


def _found(command: tuple[str, ...]) -> click.Command:
    current: click.Command = cli
    for name in command:
        assert isinstance(current, click.Group)
        below = current.get_command(click.Context(current), name)
        assert below is not None
        current = below
    return current


def _around(command: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the group of a command, and the commands of a group."""
    yield command[:-1]
    current = _found(command)
    if isinstance(current, click.Group):
        yield from _commands(current, command)
