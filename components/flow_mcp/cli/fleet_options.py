"""What the commands over tenants have in common: which tenants, how many at once, and how it is shown."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.fleet_summary import show
from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.common.interruption import Interruption
from flow_mcp.common.progress import Steps
from flow_mcp.engine.fleet.selection import named
from flow_mcp.engine.fleet.survey import survey, wait_for_updates
from flow_mcp.engine.fleet.workers import at_once
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Outcome
from flow_mcp.review.fleet.since import changed_since

CODES = (
    "Exit codes: 0 done or nothing to do, 1 a tenant failed, 2 could not run, 4 blocked by a limit or a "
    "policy; 130 interrupted."
)
_AGAIN = b"flow-mcp: finishing the steps under way; Ctrl-C again ends them at once\n"

_Command = TypeVar("_Command", bound=Callable[..., Any])


def fleet_options(command: _Command) -> _Command:
    """The arguments and options of every command over tenants; `run` takes them."""
    decorators = (
        tenants_argument,
        project_option,
        click.option("--all", "everything", is_flag=True, help="All tenants of the project."),
        click.option(
            "--select", "patterns", multiple=True, metavar="GLOB", help="Tenants by name: prod-*. Repeatable."
        ),
        click.option(
            "--changed-since",
            "revision",
            metavar="REF",
            help="Of these (default: all) only tenants whose files differ from a git revision; if the "
            "program or the policies differ, all.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1, 64),
            help="Tenants at once.  [default: by cores and free memory]",
        ),
        as_of_option,
        click.option("--json", "as_json", is_flag=True, help="Print events, one JSON object a line."),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def limit_options(command: _Command) -> _Command:
    """The limits of commands that change something."""
    decorators = (
        click.option(
            "--max-tenants",
            type=click.IntRange(0),
            help="Refuse to change more tenants than this.  [default: no limit]",
        ),
        click.option(
            "--max-deletions",
            type=click.IntRange(0),
            help="Refuse to delete or replace more resources than this.  [default: no limit]",
        ),
        click.option(
            "--max-failures",
            type=click.IntRange(0),
            help="Begin no other tenant after more failures than this.  [default: 0 with --canary or "
            "--waves, else no limit]",
        ),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def run(
    work: Callable[[Fleet, FleetProgress], Outcome],
    given: Mapping[str, Any],
    limits: Limits,
    *,
    force: bool = False,
) -> None:
    """Look where tenants stand, do the work, show what came of it, and exit.

    Args:
        work: done with the run, in the main thread.
        given: the values of `fleet_options`.
        limits: of the run.
        force: whether unchanged tenants are run too.

    Raises:
        SystemExit: always.
    """
    began = time.monotonic()
    project = current_project()
    revision = given["revision"]
    everything = given["everything"] or bool(revision and not (given["tenants"] or given["patterns"]))
    names = named(project, given["tenants"], given["patterns"], everything=everything)
    if revision:
        names = changed_since(project, revision, names)
    with Steps() as steps:
        wait_for_updates(project, names, steps)
        steps(f"Looking where {len(names)} tenants stand")
        stacks = Stacks.of(project)
        found = survey(stacks, names, force=force)
    interruption = Interruption()
    with (
        FleetProgress(interruption, as_json=given["as_json"]) as progress,
        interruption.listening(_said),
    ):
        workers = given["workers"] or at_once()
        fleet = Fleet(stacks, found, given["as_of"], workers, limits, progress, interruption)
        outcome = work(fleet, progress)
    show(outcome, time.monotonic() - began, as_json=given["as_json"])
    raise SystemExit(outcome.exit_code)


def _said(times: int) -> None:
    if times == 1:
        # Not by a stream of Python's: the signal may have come in the middle of one.
        os.write(2, _AGAIN)
