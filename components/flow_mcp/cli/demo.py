"""`flow-mcp demo`: run a demonstration on this machine."""

from __future__ import annotations

import click
from rich.console import Console

from flow_mcp.cli.options import current_project, project_option
from flow_mcp.local.demo import run as demo


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n"
    "  flow-mcp demo         run the demonstration; a second run changes nothing\n"
    "  flow-mcp demo down    remove it\n\n"
    "Exit codes: 0 done, 1 a step or a decision failed, 2 could not run; 130 interrupted.",
)
@project_option
@click.option("--port", type=click.IntRange(1, 65535), help="Port of Keycloak on 127.0.0.1.")
@click.pass_context
def command(context: click.Context, port: int | None) -> None:
    """Start a local Keycloak, run `pulumi up` for two tenants, and let the runtime decide calls.

    All files are in `.demo/`; the checkout is not changed.
    """
    if context.invoked_subcommand is None:
        demo.run(current_project(), _console(), port)


def _console() -> Console:
    """Return a console that is wide enough for the table if the output is not a terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


@command.command()
@project_option
def down() -> None:
    """Stop the demo's Keycloak and remove all files of the demo."""
    click.echo("The demo is removed." if demo.down(current_project()) else "There is no demo to remove.")
