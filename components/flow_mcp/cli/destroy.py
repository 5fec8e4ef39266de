"""`flow-mcp destroy`: delete the resources of tenants at their authorization servers."""

from __future__ import annotations

from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, limit_options, run
from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.options import is_interactive
from flow_mcp.common.safe_text import terminal
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.refresh_destroy import destroy
from flow_mcp.review.fleet.result import Outcome, Result

_MAXIMUM_LENGTH = 800


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp destroy acme                asks for the tenant's name\n"
    "  flow-mcp destroy acme --yes acme     in a pipeline\n"
    "  flow-mcp destroy --select 'trial-*' --max-deletions 40\n\n" + CODES
)
@fleet_options
@click.option(
    "--yes",
    "confirmed",
    multiple=True,
    metavar="TENANT",
    help="Confirm this tenant without a question, by its whole name. Repeatable.",
)
@limit_options
def command(
    *,
    confirmed: tuple[str, ...],
    max_tenants: int | None,
    max_deletions: int | None,
    max_failures: int | None,
    **given: Any,
) -> None:
    """Delete the resources of tenants at their authorization servers; their clients stop working.

    The command names what each tenant loses, such as the number of a realm's users. Each tenant must then be
    confirmed by its name before the first deletion. If one is not confirmed, none is destroyed. The stacks
    remain, without resources. A tenant with `protected: true` is not destroyed.
    """

    def work(fleet: Fleet, progress: FleetProgress) -> Outcome:
        names = fleet.survey.candidates.keys()
        if unknown := sorted({*confirmed} - names):
            raise click.UsageError(f"--yes {unknown[0]}: this tenant is not selected")
        unconfirmed = sorted(names - {*confirmed})
        if unconfirmed and not is_interactive():
            raise click.UsageError(
                f"there is no terminal for questions; confirm each tenant, as in --yes {unconfirmed[0]}"
            )

        def confirm(result: Result) -> bool:
            if result.stack in confirmed:
                show_losses(result)
                return True
            return progress.ask(lambda: ask_for_name(result), default=False)

        return destroy(fleet, confirm)

    run(work, given, Limits(max_tenants, max_deletions, max_failures))


def show_losses(result: Result) -> None:
    """Print what the destruction of a tenant loses."""
    name = terminal(result.stack)
    loses = " This loses:" if result.losses else ""
    click.echo(f"{name}: {result.deletions} resources will be deleted.{loses}", err=True)
    for loss in result.losses:
        click.echo(f"  - {terminal(loss, _MAXIMUM_LENGTH)}", err=True)


def ask_for_name(result: Result) -> bool:
    """Ask for a tenant's name, and return whether the answer is exactly that name."""
    show_losses(result)
    answer = click.prompt("Enter its name to destroy it", default="", show_default=False, err=True)
    return bool(answer == result.stack)
