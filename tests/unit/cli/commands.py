"""All commands of the command line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from flow_mcp.cli import cli


def commands(group: click.Group = cli, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command and group, without `flow-mcp`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*above, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*above, name))


def command_of(words: tuple[str, ...]) -> click.Command:
    """The command or group with these words."""
    found: click.Command = cli
    for name in words:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), name)
        assert below is not None
        found = below
    return found
