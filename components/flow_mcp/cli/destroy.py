"""`flow-mcp destroy`: delete what tenants have at their authorization servers."""

from __future__ import annotations

from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, limit_options, run
from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.options import asked_here
from flow_mcp.common.safe_text import terminal
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Outcome, Result
from flow_mcp.review.fleet.server import destroy


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp destroy acme                asks for the tenant's name\n"
    "  flow-mcp destroy acme --yes acme     in a pipeline\n"
    "  flow-mcp destroy --select 'trial-*' --max-deletions 40\n\n" + CODES
)
@fleet_options
@click.option(
    "--yes",
    "named",
    multiple=True,
    metavar="TENANT",
    help="Do not ask for this tenant: its whole name. Repeatable.",
)
@limit_options
def command(
    *,
    named: tuple[str, ...],
    max_tenants: int | None,
    max_deletions: int | None,
    max_failures: int | None,
    **given: Any,
) -> None:
    """Delete all that tenants have at their authorization servers; their clients stop working.

    Each tenant is confirmed by its name, after its deletions were counted and before any tenant is touched.
    If one is not confirmed, none is destroyed. The stacks stay, without resources.
    """

    def work(fleet: Fleet, progress: FleetProgress) -> Outcome:
        names = fleet.survey.standings.keys()
        if unknown := sorted({*named} - names):
            raise click.UsageError(f"--yes {unknown[0]}: this tenant is not among those to destroy")
        unasked = sorted(names - {*named})
        if unasked and not asked_here():
            raise click.UsageError(f"nobody can be asked here: confirm each tenant, as in --yes {unasked[0]}")

        def confirm(result: Result) -> bool:
            return result.stack in named or progress.ask(lambda: confirmed(result), otherwise=False)

        return destroy(fleet, confirm)

    run(work, given, Limits(max_tenants, max_deletions, max_failures))


def confirmed(result: Result) -> bool:
    """Ask for a tenant's name; nothing else confirms."""
    name = terminal(result.stack)
    click.echo(f"{name}: {result.deletions} resources will be deleted.", err=True)
    return bool(
        click.prompt("Its name, to destroy it", default="", show_default=False, err=True) == result.stack
    )
