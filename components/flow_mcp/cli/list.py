"""`flow-mcp list`: list tenants and their authorization servers."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.text import Text

from flow_mcp.cli.options import (
    current_project,
    folding_table,
    project_option,
    select_option,
    table_console,
    tenants_argument,
)
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.fleet.selection import select_tenants
from flow_mcp.review.fleet.summary import summaries


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp list                     all tenants\n"
    "  flow-mcp list --select 'prod-*'\n"
    "  flow-mcp list --json\n\n"
    "Exit codes: 0 listed, also if files are invalid, 2 could not run; 130 interrupted."
)
@tenants_argument
@project_option
@select_option
@click.option("--json", "as_json", is_flag=True, help="Print the tenants as JSON.")
def command(tenants: tuple[str, ...], patterns: tuple[str, ...], *, as_json: bool) -> None:
    """List tenants, their authorization servers and their authorities, from their files.

    The command calls neither the backend nor a server. `flow-mcp status` also reads the backend.
    """
    project = current_project()
    names = select_tenants(project, tenants, patterns, everything=not (tenants or patterns))
    tenants_found = list(summaries(project, names))
    if as_json:
        click.echo(json.dumps([asdict(summary) for summary in tenants_found], indent=2))
        return
    console = table_console()
    table = folding_table("stack", "tenant", "server", "authority")
    for summary in tenants_found:
        authority = summary.authority or ("assigned by the server" if summary.kind else summary.problem)
        cells = (summary.stack, summary.tenant or "", summary.kind or "invalid", authority)
        table.add_row(*(Text(terminal(cell)) for cell in cells))
    console.print(table)
