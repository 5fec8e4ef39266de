"""Options and arguments that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from flow_mcp.common.errors import FlowMcpError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from flow_mcp.engine.fleet.shards import Shard
    from flow_mcp.engine.project import Project

_Command = TypeVar("_Command", bound=Callable[..., Any])
_PROJECT = f"{__name__}.project"
# Rich wraps at 80 columns where there is no terminal, which breaks the rows of a table.
_WIDTH_IN_PIPES = 150


def as_of_option(command: _Command) -> _Command:
    """Add `--as-of`: the day for which waivers and secrets are evaluated, so that a run is reproducible."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_day,
        metavar="YYYY-MM-DD",
        help="Day for which waivers and the ages of secrets are evaluated.  [default: today, in UTC]",
    )(command)


def shard_option(command: _Command) -> _Command:
    """Add `--shard`: a part of the selected tenants, so that several machines share the work."""
    return click.option(
        "--shard",
        callback=_shard,
        metavar="I/N",
        help="Only part I of N of the selected tenants. Each tenant is in exactly one part.",
    )(command)


def _shard(_: click.Context, __: click.Parameter, given: str | None) -> Shard | None:
    from flow_mcp.engine.fleet.shards import Shard, ShardError

    try:
        return Shard.parse(given) if given is not None else None
    except ShardError as error:
        raise click.BadParameter(str(error)) from None


def is_interactive() -> bool:
    """Return whether a user at a terminal can answer questions."""
    return sys.stdin.isatty()


def _day(_: click.Context, __: click.Parameter, given: datetime | None) -> date:
    return (given or datetime.now(UTC)).date()


def project_option(command: _Command) -> _Command:
    """`--project`: the project's directory, which `current_project` then returns."""
    return click.option(
        "--project",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIRECTORY",
        callback=_remember,
        expose_value=False,
        help="Directory of the project.  [default: the working directory, or the nearest one above it]",
    )(command)


def _remember(context: click.Context, _: click.Parameter, given: Path | None) -> None:
    # A group and its command share `meta`: the option may be given to either.
    if given is not None:
        context.meta[_PROJECT] = given


def current_project() -> Project:
    """Return the project of `--project`, or else the one that the working directory is in.

    Raises:
        NoProjectError: there is no Pulumi.yaml.
    """
    from flow_mcp.engine.project import Project

    context = click.get_current_context(silent=True)
    given: Path | None = context.meta.get(_PROJECT) if context else None
    return Project.at(given) if given else Project.find()


def tenants_argument(command: _Command) -> _Command:
    """`[TENANT]...`: names of stacks, completed by the shell from the project's files."""
    return click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=tenants_completion)(
        command
    )


def select_option(command: _Command) -> _Command:
    """`--select GLOB`: further tenants by a pattern of their names; repeatable, as `patterns`."""
    return click.option(
        "--select",
        "patterns",
        multiple=True,
        metavar="GLOB",
        help="Tenants whose name matches, such as prod-*. Repeatable.",
    )(command)


def table_console() -> Console:
    """Return a console for tables on standard output: as wide as the terminal, or wide in a pipe or a file.

    `COLUMNS` sets another width, and `NO_COLOR` turns colours off.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(width=_WIDTH_IN_PIPES, highlight=False)


def folding_table(*columns: str) -> Table:
    """Return a table without lines, which breaks long cells in a narrow terminal instead of cutting them."""
    from rich.table import Column, Table

    return Table(*(Column(column, overflow="fold") for column in columns), box=None, pad_edge=False)


def tenant_argument(command: _Command) -> _Command:
    """`TENANT`: the name of a stack, completed by the shell from the project's files."""
    return click.argument("tenant", shell_complete=tenants_completion)(command)


def tenants_completion(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of the project's stacks that complete an argument."""
    with context:
        try:
            stacks = current_project().stacks()
        except (FlowMcpError, OSError):
            return []
    given = context.params.get("tenants") or ()
    # The shell reads one completion from each line.
    return [
        CompletionItem(stack)
        for stack in stacks
        if stack.startswith(incomplete) and stack not in given and stack.isprintable()
    ]


def workspace_value(given: str) -> tuple[str, list[str]]:
    """Return the ID and the environments of `ID=ENVIRONMENT,…`.

    Raises:
        click.UsageError: the value has another form.
    """
    name, equals, environments = given.partition("=")
    listed = [environment.strip() for environment in environments.split(",")]
    if not (name and equals and all(listed)):
        raise click.UsageError(f"{given!r} is not a workspace with environments, such as 456=production,test")
    return name.strip(), listed


def setting_value(given: str) -> tuple[str, str]:
    """Return the path and the value of `KEY=VALUE`.

    Raises:
        click.UsageError: the value has another form.
    """
    path, equals, value = given.partition("=")
    if not (equals and value and all(path.split("."))):
        raise click.UsageError(f"--set {given} is not of the form KEY=VALUE, such as realm.name=acme")
    return path, value
