"""Options of the commands for many tenants, and the run itself."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from flow_mcp.cli.fleet_progress import FINISHING, FleetProgress
from flow_mcp.cli.fleet_summary import show
from flow_mcp.cli.options import (
    as_of_option,
    current_project,
    project_option,
    select_option,
    shard_option,
    tenants_argument,
)
from flow_mcp.common.counted import counted
from flow_mcp.common.interruption import Interruption
from flow_mcp.common.progress import Steps
from flow_mcp.engine.fleet.selection import select_tenants
from flow_mcp.engine.fleet.survey import survey, wait_for_updates
from flow_mcp.engine.fleet.workers import default_workers
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet.changed_files import changed_since
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Outcome

CODES = (
    "Exit codes: 0 done or nothing to do, 1 a tenant failed, 2 could not run, 4 blocked by a limit or a "
    "policy; 130 interrupted."
)
_Command = TypeVar("_Command", bound=Callable[..., Any])


def selection_options(command: _Command) -> _Command:
    """Add the options that select tenants and divide the work; `started` accepts their values."""
    decorators = (
        tenants_argument,
        project_option,
        click.option("--all", "everything", is_flag=True, help="All tenants of the project."),
        select_option,
        click.option(
            "--changed-since",
            "revision",
            metavar="REF",
            help="Only tenants (default: all) whose files differ from a git revision. If the program or "
            "the policies differ, all selected tenants.",
        ),
        shard_option,
        click.option(
            "--workers",
            type=click.IntRange(1, 64),
            help="Number of tenants at the same time.  [default: from cores and free memory]",
        ),
        as_of_option,
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def fleet_options(command: _Command) -> _Command:
    """Add `selection_options` and `--json`; `run` accepts their values."""
    json_option = click.option("--json", "as_json", is_flag=True, help="Print events, one JSON a line.")
    return selection_options(json_option(command))


def wave_options(command: _Command) -> _Command:
    """Add the options that divide updates into waves."""
    decorators = (
        click.option(
            "--canary",
            "canaries",
            multiple=True,
            metavar="GLOB",
            help="Tenants of the first wave. Repeatable.",
        ),
        click.option(
            "--waves",
            "percentages",
            callback=_percentages,
            metavar="PERCENTAGES",
            help="Share of the other tenants that is updated after each wave: 10,50 makes three waves.",
        ),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def _percentages(_: click.Context, __: click.Parameter, given: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(share.strip().removesuffix("%")) for share in given.split(",")) if given else ()
    except ValueError:
        raise click.BadParameter("use percentages, such as 10,50") from None


def limit_options(command: _Command) -> _Command:
    """Add the limits of commands that change tenants."""
    decorators = (
        click.option(
            "--max-tenants",
            type=click.IntRange(0),
            help="Change nothing if more tenants would change.  [default: no limit]",
        ),
        click.option(
            "--max-deletions",
            type=click.IntRange(0),
            help="Change nothing if more resources would be deleted or replaced.  [default: no limit]",
        ),
        click.option(
            "--max-failures",
            type=click.IntRange(0),
            help="Start no further tenant after more failures.  [default: 0 with --canary or "
            "--waves and in `gate apply`, else no limit]",
        ),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@contextmanager
def started(
    given: Mapping[str, Any], limits: Limits, *, force: bool = False, as_json: bool = False
) -> Iterator[tuple[Fleet, FleetProgress]]:
    """Select the tenants, compare them with their records, and yield a run with its progress.

    Args:
        given: the values of `selection_options`.
        limits: the limits of the run.
        force: whether the run includes unchanged tenants.
        as_json: whether the progress is also printed as JSON.
    """
    project = current_project()
    revision, shard = given["revision"], given["shard"]
    everything = given["everything"] or bool(revision and not (given["tenants"] or given["patterns"]))
    names = select_tenants(project, given["tenants"], given["patterns"], everything=everything)
    if revision:
        names = changed_since(project, revision, names)
    if shard:
        names = shard.select(names)
    with Steps() as steps:
        wait_for_updates(project, names, steps)
        part = f", shard {shard}," if shard else ""
        steps(f"Comparing {counted(len(names), 'tenant')}{part} with the last run")
        stacks = Stacks.of(project)
        surveyed = survey(stacks, names, force=force, shard=shard)
    interruption = Interruption()
    with (
        FleetProgress(interruption, as_json=as_json) as progress,
        interruption.handling_signals(_acknowledge),
    ):
        workers = given["workers"] or default_workers()
        yield Fleet(stacks, surveyed, given["as_of"], workers, limits, progress, interruption), progress


def run(
    work: Callable[[Fleet, FleetProgress], Outcome],
    given: Mapping[str, Any],
    limits: Limits,
    *,
    force: bool = False,
) -> None:
    """Select the tenants, run a command for them, show the outcome, and exit.

    Args:
        work: called with the run, in the main thread.
        given: the values of `fleet_options`.
        limits: the limits of the run.
        force: whether the run includes unchanged tenants.

    Raises:
        SystemExit: always.
    """
    began = time.monotonic()
    with started(given, limits, force=force, as_json=given["as_json"]) as (fleet, progress):
        outcome = work(fleet, progress)
    show(outcome, time.monotonic() - began, as_json=given["as_json"])
    raise SystemExit(outcome.exit_code)


def _acknowledge(count: int) -> None:
    # A terminal shows it among the running steps: another line there would break their display.
    if count == 1 and not sys.stderr.isatty():
        # Without Python's buffered streams: the signal can arrive during a write to one of them.
        os.write(2, f"flow-mcp: {FINISHING}\n".encode())
