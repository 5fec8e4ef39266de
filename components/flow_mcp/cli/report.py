"""`flow-mcp report`: write a report of all tenants for auditors."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.common.counted import counted
from flow_mcp.common.interruption import Interruption
from flow_mcp.common.progress import Steps
from flow_mcp.engine.fleet.workers import default_workers
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.export import files
from flow_mcp.review.report import backend
from flow_mcp.review.report.build import Sources, build
from flow_mcp.review.report.delivered import Delivered
from flow_mcp.review.report.document import Report
from flow_mcp.review.report.html import to_html


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp report --to report.html                     all tenants, from their files\n"
    "  flow-mcp report acme globex --to two.html            two tenants\n"
    "  flow-mcp report --to report.html --json report.json  also as JSON\n"
    "  flow-mcp report --to report.html --settings /etc/flow/mcp-settings\n"
    "  flow-mcp report --to report.html --live              with last updates and drift\n\n"
    "Exit codes: 0 written, whatever it contains; 2 could not write; 130 interrupted."
)
@tenants_argument
@project_option
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this HTML file."
)
@click.option(
    "--json",
    "as_json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report to this JSON file.",
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Directory with the files of `flow-mcp export`, to compare them with the tenants' files.",
)
@click.option(
    "--live",
    is_flag=True,
    help="Read settings and last updates from Pulumi's backend, and drift from the authorization servers. "
    "It needs the stacks' passphrase and the servers' credentials, and changes nothing.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="With --live, the number of tenants at the same time.  [default: from cores and free memory]",
)
@as_of_option
def command(
    tenants: tuple[str, ...],
    to: Path | None,
    as_json: Path | None,
    settings: Path | None,
    workers: int | None,
    as_of: date,
    *,
    live: bool,
) -> None:
    """Write a report of the access and the findings of tenants.

    The report is one HTML file that needs no network. It has authorities, clients, an access matrix with its
    diagram, registration methods, ages of secrets, findings, waivers, last updates and drift, with search and
    filters. It states what was not read. Equal input for the same day gives equal bytes.
    """
    if to is None and as_json is None:
        raise click.UsageError("--to is missing. Name the HTML file to write.")
    project = current_project()
    stacks = tuple(project.stack_files(tenants or project.stacks()))
    if not stacks:
        raise NoProjectError(
            f"There is no tenant to report: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml."
        )
    backend_data = _read(project, stacks, workers) if live else None
    with Steps() as progress:
        progress(f"Reading {counted(len(stacks), 'tenant')}")
        sources = Sources(Delivered.read(settings) if settings else None, backend_data)
        report = build(project, stacks, sources, as_of)
        progress("Writing the report")
        if to is not None:
            files.write(to, to_html(report))
        if as_json is not None:
            files.write(as_json, report.to_json())
    written = " and ".join(str(file) for file in (to, as_json) if file is not None)
    click.echo(f"{_summary(report, live=live)}: {written}")


def _read(project: Project, stacks: tuple[str, ...], workers: int | None) -> dict[str, backend.Backend]:
    interruption = Interruption()
    with FleetProgress(interruption, as_json=False) as progress, interruption.handling_signals():
        return backend.read(Stacks.of(project), stacks, workers or default_workers(), progress, interruption)


def _summary(report: Report, *, live: bool) -> str:
    counts = report.counts
    numbers = {
        "refused": counts.refused,
        "blocked": counts.blocked,
        "violation" if counts.violations == 1 else "violations": counts.violations,
        "not evaluated": counts.failed,
        "with unknown drift": counts.drift_unknown if live else 0,
    }
    parts = [f"{number} {label}" for label, number in numbers.items() if number]
    return ", ".join([counted(counts.tenants, "tenant"), *parts])
