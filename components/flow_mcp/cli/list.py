"""`flow-mcp list`: the tenants, from their files."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flow_mcp.cli.options import current_project, project_option, tenants_argument
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.fleet.selection import named
from flow_mcp.review.fleet.listing import declared

_WIDTH = 150


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp list                     every tenant\n"
    "  flow-mcp list --select 'prod-*'\n"
    "  flow-mcp list --json\n\n"
    "Exit codes: 0 listed, also if files are invalid, 2 could not run; 130 interrupted."
)
@tenants_argument
@project_option
@click.option(
    "--select", "patterns", multiple=True, metavar="GLOB", help="Tenants by name: prod-*. Repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Print the tenants as JSON.")
def command(tenants: tuple[str, ...], patterns: tuple[str, ...], *, as_json: bool) -> None:
    """List the tenants, their authorization servers and their authorities, from their files.

    Neither the backend nor a server is asked; `flow-mcp status` asks the backend too.
    """
    project = current_project()
    names = named(project, tenants, patterns, everything=not (tenants or patterns))
    found = list(declared(project, names))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WIDTH, highlight=False)
    table = Table("stack", "tenant", "server", "authority", box=None, pad_edge=False)
    for each in found:
        authority = each.authority or ("assigned by the server" if each.kind else each.problem)
        cells = (each.stack, each.tenant or "", each.kind or "wrong", authority)
        table.add_row(*(Text(terminal(cell)) for cell in cells))
    console.print(table)
