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
        found = group.get_command(context, name)
        assert found is not None
        yield (*above, name)
        if isinstance(found, click.Group):
            yield from _commands(found, (*above, name))


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
        examples += "".join(_help(other) for other in _around(command))
    assert f"flow-mcp {' '.join(command)}".rstrip() in examples


@pytest.mark.parametrize("command", [*_commands(cli)], ids=" ".join)
def test_commands_and_options_have_help_texts(command: tuple[str, ...]) -> None:
    found = _found(command)
    assert found.help
    assert [
        option.name for option in found.params if isinstance(option, click.Option) and not option.help
    ] == []


def _found(command: tuple[str, ...]) -> click.Command:
    found: click.Command = cli
    for name in command:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), name)
        assert below is not None
        found = below
    return found


def _around(command: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the group of a command, and the commands of a group."""
    yield command[:-1]
    found = _found(command)
    if isinstance(found, click.Group):
        yield from _commands(found, command)
