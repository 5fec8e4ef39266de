"""`flow-mcp up`: update the tenants that changed, in waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, limit_options, run, wave_options
from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.fleet_summary import changes
from flow_mcp.cli.options import is_interactive
from flow_mcp.common.counted import counted
from flow_mcp.common.progress import Steps
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Outcome, Result
from flow_mcp.review.fleet.up import Rollout, up

_SHOWN = 20


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp up acme                         this tenant, if it changed\n"
    "  flow-mcp up --all                        all tenants that changed\n"
    "  flow-mcp up --select 'prod-*' --force    these, even if they are unchanged\n"
    "  flow-mcp up --changed-since origin/main --yes    in a pipeline\n"
    "  flow-mcp up --all --canary 'test-*' --waves 10,50 --max-deletions 5 --verify\n"
    "  flow-mcp up --all --shard 2/8 --yes      on the second of eight machines\n\n" + CODES
)
@fleet_options
@click.option("--force", is_flag=True, help="Include unchanged tenants.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the first change.")
@wave_options
@limit_options
@click.option("--verify", is_flag=True, help="Verify the tenants of each wave before the next wave.")
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
    """Update the tenants that changed, several at a time.

    All are checked and previewed with the policies before the first update, and each update applies exactly
    its preview. A tenant is skipped only if its inputs equal those of its last successful run and no other
    command has updated it since. Missing stacks are created at the backend.
    """
    if not yes and not is_interactive():
        raise click.UsageError("there is no terminal for questions; add --yes to apply without a question")
    if max_failures is None and (canaries or percentages):
        max_failures = 0

    def work(fleet: Fleet, progress: FleetProgress) -> Outcome:
        def confirm(results: Sequence[Result]) -> bool:
            return yes or progress.ask(lambda: _ask_to_apply(results), default=False)

        def verify_wave(stacks: Sequence[str]) -> Mapping[str, str]:
            return progress.ask(lambda: _verify(stacks), default={})

        return up(fleet, Rollout(canaries, percentages, confirm, verify_wave if verify else None))

    run(work, given, Limits(max_tenants, max_deletions, max_failures), force=force)


def _ask_to_apply(results: Sequence[Result]) -> bool:
    shown = tuple(results[:_SHOWN])
    for line in changes(shown):
        click.echo(line, err=True)
    if len(results) > len(shown):
        click.echo(f"  … and {len(results) - len(shown)} more tenants", err=True)
    deletions = sum(result.deletions for result in results)
    change = f"{counted(len(results), 'tenant')}, with {counted(deletions, 'deletion')}"
    return click.confirm(f"Change {change}?", err=True)


def _verify(stacks: Sequence[str]) -> Mapping[str, str]:
    # Imported here because the import takes time.
    from flow_mcp.cli.verify import failures

    with Steps() as steps:
        return failures(stacks, steps)
