"""The reference of the command line: the help of each command."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import click

from flow_mcp.cli import cli
from tests.unit.cli.commands import command_of, commands

_WIDTH = 100


def command_sections() -> Iterator[str]:
    """Yield a section for each command, in alphabetical order."""
    for words in [(), *sorted(commands())]:
        context = click.Context(
            cli,
            info_name="flow-mcp",
            terminal_width=_WIDTH,
            max_content_width=_WIDTH,
            **cli.context_settings,
        )
        for length, word in enumerate(words, start=1):
            context = click.Context(command_of(words[:length]), parent=context, info_name=word)
        # click keeps the help option of the first context in which a command was used.
        with mock.patch.object(context.command, "_help_option", None):
            text = context.command.get_help(context).rstrip()
        yield f"## {' '.join(('flow-mcp', *words))}\n\n```text\n{text}\n```\n"
