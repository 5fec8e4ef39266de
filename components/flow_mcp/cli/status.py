"""`flow-mcp status`: show which tenants changed, and their last updates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import click
from rich.text import Text

from flow_mcp.authorization_servers.keycloak.expected_drift import is_expected
from flow_mcp.cli.options import (
    current_project,
    folding_table,
    project_option,
    select_option,
    table_console,
    tenants_argument,
)
from flow_mcp.common.counted import counted
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.fleet.selection import REASONS, Candidate, select_tenants
from flow_mcp.engine.fleet.survey import survey
from flow_mcp.engine.fleet.workers import default_workers
from flow_mcp.engine.stacks import StackError, Stacks
from flow_mcp.review.fleet.summary import TenantSummary, summaries


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp status                  all tenants\n"
    "  flow-mcp status acme --drift     also read its authorization server\n"
    "  flow-mcp status --changed        only those that `flow-mcp up --all` would run\n"
    "  flow-mcp status --json\n\n"
    "Exit codes: 0 shown, 1 the drift of a tenant could not be determined, 2 could not run; 130 interrupted."
)
@tenants_argument
@project_option
@select_option
@click.option("--changed", "only_changed", is_flag=True, help="Show only tenants that changed.")
@click.option(
    "--drift",
    "with_drift",
    is_flag=True,
    help="Also count resources that changed at the servers, which is slow.",
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
    """Show which tenants changed since their last successful run, and the time of their last update.

    The command reads the backend; with --drift it also reads the authorization servers, and needs the access
    of an update: the stack's passphrase or key, and the server's credentials.
    """
    project = current_project()
    names = select_tenants(project, tenants, patterns, everything=not (tenants or patterns))
    with Steps() as steps:
        steps(f"Comparing {counted(len(names), 'tenant')} with the last run")
        stacks = Stacks.of(project)
        candidates = survey(stacks, names).candidates
        shown = [candidate for candidate in candidates.values() if candidate.changed or not only_changed]
        stacks_shown = [candidate.stack for candidate in shown]
        files = {summary.stack: summary for summary in summaries(project, stacks_shown)}
        drift = _drift(stacks, shown, steps) if with_drift else {}
    if as_json:
        click.echo(json.dumps([_json(files[tenant.stack], tenant, drift) for tenant in shown], indent=2))
    else:
        _table(files, shown, drift, with_drift=with_drift)
        changed = sum(candidate.changed for candidate in candidates.values())
        total = counted(len(candidates), "tenant")
        click.echo(f"{total}: {changed} changed, {len(candidates) - changed} unchanged")
    if any(isinstance(result, str) for result in drift.values()):
        raise SystemExit(1)


_Drift = Mapping[str, int | str]
"""The number of resources with drift by stack, or the reason why it could not be determined."""


def _drift(stacks: Stacks, candidates: Sequence[Candidate], steps: Steps) -> _Drift:
    drift: dict[str, int | str] = {}
    existing = [candidate.stack for candidate in candidates if candidate.listed]
    steps(f"Reading the authorization servers of {counted(len(existing), 'tenant')}")
    with ThreadPoolExecutor(default_workers()) as pool:
        pending = {pool.submit(stacks.drifted, stack, is_expected): stack for stack in existing}
        try:
            for future in as_completed(pending):
                stack = pending[future]
                try:
                    drift[stack] = future.result()
                except StackError:
                    # Messages of Pulumi and its plugins can repeat secrets that they received.
                    drift[stack] = f"unknown; `flow-mcp drift {stack}` shows the reason"
                steps.detail(f"{len(drift)} of {len(existing)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return drift


def _table(
    files: Mapping[str, TenantSummary], shown: Sequence[Candidate], drift: _Drift, *, with_drift: bool
) -> None:
    console = table_console()
    columns = ["stack", "server", "authority", "last update", "resources", "state"]
    table = folding_table(*columns, *(["drift"] if with_drift else []))
    for tenant in shown:
        file = files[tenant.stack]
        authority = file.authority or ("assigned by the server" if file.kind else file.problem)
        updated = (tenant.listed and tenant.listed.updated) or "never"
        resources = str(tenant.listed.resources) if tenant.listed else ""
        cells = [tenant.stack, file.kind or "invalid", authority, updated, resources, REASONS[tenant.reason]]
        if with_drift:
            cells.append(str(drift.get(tenant.stack, "")))
        table.add_row(*(Text(terminal(cell)) for cell in cells))
    console.print(table)


def _json(file: TenantSummary, tenant: Candidate, drift: _Drift) -> dict[str, Any]:
    resources = drift.get(tenant.stack)
    fields = {
        "stack": tenant.stack,
        "tenant": file.tenant,
        "kind": file.kind,
        "authority": file.authority,
        "problem": file.problem,
        "updated": tenant.listed.updated if tenant.listed else None,
        "resources": tenant.listed.resources if tenant.listed else None,
        "changed": tenant.changed,
        "reason": tenant.reason,
        "fingerprint": tenant.fingerprint,
    }
    return fields if resources is None else {**fields, "drift": resources}
