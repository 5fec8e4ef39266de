"""`flow-mcp report`: all tenants on one page, for auditors."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.common.progress import Steps
from flow_mcp.engine.project import NoProjectError
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.export import files
from flow_mcp.review.report import backend
from flow_mcp.review.report.build import Sources, build
from flow_mcp.review.report.delivered import Delivered
from flow_mcp.review.report.document import Report
from flow_mcp.review.report.html import to_html


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp report --to report.html                     every tenant, from the files alone\n"
    "  flow-mcp report acme globex --to two.html            these two\n"
    "  flow-mcp report --to report.html --json report.json  for a program too\n"
    "  flow-mcp report --to report.html --settings /etc/flow/mcp-settings\n"
    "  flow-mcp report --to report.html --live              with last updates and drift\n\n"
    "Exit codes: 0 written, whatever is in it; 2 could not; 130 interrupted."
)
@tenants_argument
@project_option
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write the HTML file.")
@click.option(
    "--json", "as_json", type=click.Path(path_type=Path, dir_okay=False), help="Write the same as JSON."
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Directory of `flow-mcp export`: what was delivered is compared with the files.",
)
@click.option(
    "--live",
    is_flag=True,
    help="Ask Pulumi's backend for settings and last updates, and the authorization servers for drift. "
    "Needs the stacks' passphrase and the servers' credentials; nothing is changed.",
)
@as_of_option
def command(
    tenants: tuple[str, ...],
    to: Path | None,
    as_json: Path | None,
    settings: Path | None,
    as_of: date,
    *,
    live: bool,
) -> None:
    """Write a report of all tenants: who can reach what, and what speaks against it.

    It is one HTML file that needs no network: authorities, clients, an access matrix and its picture,
    registration, secrets' ages, policy findings, waivers, last updates and drift, with search and filters.
    What was not read is said to be so. The same input and day give the same bytes.
    """
    if to is None and as_json is None:
        raise click.UsageError("--to is missing: an HTML file")
    project = current_project()
    stacks = tuple(project.stack_files(tenants or project.stacks()))
    if not stacks:
        raise NoProjectError(
            f"there is nothing to report: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml"
        )
    with Steps() as progress:
        known = None
        if live:
            progress(f"Asking Pulumi for {len(stacks)} {'stack' if len(stacks) == 1 else 'stacks'}")
            known = backend.read(Stacks.of(project), stacks, progress.detail)
        progress(f"Reading {len(stacks)} {'tenant' if len(stacks) == 1 else 'tenants'}")
        sources = Sources(Delivered.read(settings) if settings else None, known)
        report = build(project, stacks, sources, as_of)
        progress("Writing the report")
        if to is not None:
            files.write(to, to_html(report))
        if as_json is not None:
            files.write(as_json, report.to_json())
    written = " and ".join(str(file) for file in (to, as_json) if file is not None)
    click.echo(f"{_summary(report)}: {written}")


def _summary(report: Report) -> str:
    counts = report.counts
    found = {
        "refused": counts.refused,
        "blocked": counts.blocked,
        "violations": counts.violations,
        "not judged": counts.failed,
    }
    said = [f"{number} {what}" for what, number in found.items() if number]
    return ", ".join([f"{counts.tenants} {'tenant' if counts.tenants == 1 else 'tenants'}", *said])
