"""`flow-mcp status`: where the tenants stand: changed or not, and their last update."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flow_mcp.cli.options import current_project, project_option, tenants_argument
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.fleet.selection import REASONS, Standing, named
from flow_mcp.engine.fleet.survey import survey
from flow_mcp.engine.fleet.workers import at_once
from flow_mcp.engine.stacks import StackError, Stacks
from flow_mcp.review.fleet.listing import Declared, declared

_WIDTH = 150


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp status                  every tenant\n"
    "  flow-mcp status acme --drift     ask its authorization server too\n"
    "  flow-mcp status --changed        only those that `flow-mcp up --all` would run\n"
    "  flow-mcp status --json\n\n"
    "Exit codes: 0 shown, 1 the drift of a tenant could not be determined, 2 could not run; 130 interrupted."
)
@tenants_argument
@project_option
@click.option(
    "--select", "patterns", multiple=True, metavar="GLOB", help="Tenants by name: prod-*. Repeatable."
)
@click.option("--changed", "only_changed", is_flag=True, help="Leave out tenants that did not change.")
@click.option(
    "--drift", "with_drift", is_flag=True, help="Count resources that were changed at the servers: slow."
)
@click.option("--json", "as_json", is_flag=True, help="Print the tenants as JSON.")
def command(
    tenants: tuple[str, ...],
    patterns: tuple[str, ...],
    *,
    only_changed: bool,
    with_drift: bool,
    as_json: bool,
) -> None:
    """Show which tenants changed since their last successful run, and when they were updated last.

    The backend is asked, and no server without --drift. The drift needs what an update needs: the stack's
    passphrase or key, and the server's credentials.
    """
    project = current_project()
    names = named(project, tenants, patterns, everything=not (tenants or patterns))
    with Steps() as steps:
        steps(f"Looking where {len(names)} tenants stand")
        stacks = Stacks.of(project)
        standings = survey(stacks, names).standings
        shown = [each for each in standings.values() if each.changed or not only_changed]
        files = {each.stack: each for each in declared(project, [each.stack for each in shown])}
        drift = _drift(stacks, shown, steps) if with_drift else {}
    if as_json:
        click.echo(json.dumps([_json(files[each.stack], each, drift) for each in shown], indent=2))
    else:
        _table(files, shown, drift, with_drift=with_drift)
        changed = sum(each.changed for each in standings.values())
        click.echo(f"{len(standings)} tenants: {changed} changed, {len(standings) - changed} unchanged")
    if any(isinstance(each, str) for each in drift.values()):
        raise SystemExit(1)


_Drift = Mapping[str, int | str]
"""By stack: how many resources are not as the state says, or why that cannot be told."""


def _drift(stacks: Stacks, standings: Sequence[Standing], steps: Steps) -> _Drift:
    found: dict[str, int | str] = {}
    there = [each.stack for each in standings if each.listed]
    steps(f"Asking the authorization servers of {len(there)} tenants")
    with ThreadPoolExecutor(at_once()) as pool:
        asked = {pool.submit(stacks.drifted, stack): stack for stack in there}
        try:
            for each in as_completed(asked):
                stack = asked[each]
                try:
                    found[stack] = each.result()
                except StackError:
                    # What Pulumi and its plugins say of a failure could repeat what they were given.
                    found[stack] = (
                        f"`pulumi refresh --preview-only --stack {stack}` failed; run it to see why"
                    )
                steps.detail(f"{len(found)} of {len(there)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _table(
    files: Mapping[str, Declared], shown: Sequence[Standing], drift: _Drift, *, with_drift: bool
) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WIDTH, highlight=False)
    columns = ["stack", "server", "authority", "last update", "resources", "state"]
    table = Table(*columns, *(["drift"] if with_drift else []), box=None, pad_edge=False)
    for each in shown:
        file = files[each.stack]
        authority = file.authority or ("assigned by the server" if file.kind else file.problem)
        updated = (each.listed and each.listed.updated) or "never"
        resources = str(each.listed.resources) if each.listed else ""
        cells = [each.stack, file.kind or "wrong", authority, updated, resources, REASONS[each.reason]]
        if with_drift:
            cells.append(str(drift.get(each.stack, "")))
        table.add_row(*(Text(terminal(cell)) for cell in cells))
    console.print(table)


def _json(file: Declared, standing: Standing, drift: _Drift) -> dict[str, Any]:
    found = drift.get(standing.stack)
    told = {
        "stack": standing.stack,
        "tenant": file.tenant,
        "kind": file.kind,
        "authority": file.authority,
        "problem": file.problem,
        "updated": standing.listed.updated if standing.listed else None,
        "resources": standing.listed.resources if standing.listed else None,
        "changed": standing.changed,
        "reason": standing.reason,
        "fingerprint": standing.fingerprint,
    }
    return told if found is None else {**told, "drift": found}
