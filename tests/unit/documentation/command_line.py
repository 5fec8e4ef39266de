"""Parse commands of `flow-mcp` without running them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from unittest import mock

import click

from flow_mcp.cli import cli

_DATE = re.compile(r"^\$\(date .*\)$")
_INCOMPLETE = (click.MissingParameter, click.BadOptionUsage, click.exceptions.NoArgsIsHelpError)


def _any_path(_: click.Path, value: Any, __: object, ___: object) -> Any:
    return value


def usage_error(arguments: Sequence[str], *, shortened: bool = False) -> str | None:
    """Return why `flow-mcp` refuses the arguments; None if it accepts them.

    The real commands parse options, choices and the number of arguments; files need not exist.

    Args:
        arguments: the words after `flow-mcp`; `COMMAND` is any command, and `$(date …)` a date.
        shortened: text may name a command without all that it requires.
    """
    words = ["check" if word == "COMMAND" else _DATE.sub("2026-11-30", word) for word in arguments]
    with mock.patch.object(click.Path, "convert", _any_path), mock.patch.object(click.Command, "invoke"):
        try:
            cli.main(words, standalone_mode=False)
        except click.UsageError as error:
            return None if shortened and isinstance(error, _INCOMPLETE) else error.format_message()
    return None
