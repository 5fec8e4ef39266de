"""`flow-mcp up`: apply many tenants, only those that changed, in waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, limit_options, run
from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.fleet_summary import changes
from flow_mcp.cli.options import asked_here
from flow_mcp.common.progress import Steps
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Outcome, Result
from flow_mcp.review.fleet.up import Rollout, up

_SHOWN = 20


def _percentages(_: click.Context, __: click.Parameter, given: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(each.strip().removesuffix("%")) for each in given.split(",")) if given else ()
    except ValueError:
        raise click.BadParameter("give percentages, as in 10,50") from None


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp up acme                         this tenant, if it changed\n"
    "  flow-mcp up --all                        every tenant that changed\n"
    "  flow-mcp up --select 'prod-*' --force    these, changed or not\n"
    "  flow-mcp up --changed-since origin/main --yes    in a pipeline\n"
    "  flow-mcp up --all --canary 'test-*' --waves 10,50 --max-deletions 5 --verify\n\n" + CODES
)
@fleet_options
@click.option("--force", is_flag=True, help="Tenants that did not change, too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before anything is changed.")
@click.option(
    "--canary", "canaries", multiple=True, metavar="GLOB", help="Tenants that come first. Repeatable."
)
@click.option(
    "--waves",
    "percentages",
    callback=_percentages,
    metavar="PERCENTAGES",
    help="How many of the others are done after each wave: 10,50 is three waves.",
)
@limit_options
@click.option("--verify", is_flag=True, help="Verify each wave's tenants before the next wave begins.")
def command(
    *,
    force: bool,
    yes: bool,
    canaries: tuple[str, ...],
    percentages: tuple[int, ...],
    max_tenants: int | None,
    max_deletions: int | None,
    max_failures: int | None,
    verify: bool,
    **given: Any,
) -> None:
    """Apply the tenants that changed, several at once.

    Each is checked and previewed with the policies before any is changed; what is applied is what was
    previewed. A tenant is skipped only if its inputs are those of its last successful run, and nobody has
    updated it since. A stack that is not at the backend yet is made.
    """
    if not yes and not asked_here():
        raise click.UsageError("nobody can be asked here: add --yes to apply without a question")
    if max_failures is None and (canaries or percentages):
        max_failures = 0

    def work(fleet: Fleet, progress: FleetProgress) -> Outcome:
        def confirm(results: Sequence[Result]) -> bool:
            return yes or progress.ask(lambda: _confirmed(results), otherwise=False)

        def verified(stacks: Sequence[str]) -> Mapping[str, str]:
            return progress.ask(lambda: _verified(stacks), otherwise={})

        return up(fleet, Rollout(canaries, percentages, confirm, verified if verify else None))

    run(work, given, Limits(max_tenants, max_deletions, max_failures), force=force)


def _confirmed(results: Sequence[Result]) -> bool:
    shown = tuple(results[:_SHOWN])
    for line in changes(shown):
        click.echo(line, err=True)
    if len(results) > len(shown):
        click.echo(f"  … and {len(results) - len(shown)} more tenants", err=True)
    deletions = sum(result.deletions for result in results)
    return click.confirm(f"Change {len(results)} tenants, with {deletions} deletions?", err=True)


def _verified(stacks: Sequence[str]) -> Mapping[str, str]:
    # Only here: what it imports takes time.
    from flow_mcp.cli.verify import failures

    with Steps() as steps:
        return failures(stacks, steps)
