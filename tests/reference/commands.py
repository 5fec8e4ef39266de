"""The reference of the command line: the help of each command."""

from __future__ import annotations

from collections.abc import Iterator

import click

from flow_mcp.cli import cli
from tests.unit.cli.commands import command_of, commands

_WIDTH = 100


def command_sections() -> Iterator[str]:
    """Yield a section for each command, in alphabetical order."""
    for words in [(), *sorted(commands())]:
        context = click.Context(cli, info_name="flow-mcp", terminal_width=_WIDTH, max_content_width=_WIDTH)
        for length, word in enumerate(words, start=1):
            context = click.Context(command_of(words[:length]), parent=context, info_name=word)
        name = " ".join(("flow-mcp", *words))
        yield f"## {name}\n\n```text\n{context.command.get_help(context).rstrip()}\n```\n"
