"""`flow-mcp doctor`: what is missing on this machine?"""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

from flow_mcp.cli.options import current_project, project_option, tenants_argument
from flow_mcp.common.counted import counted
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import terminal
from flow_mcp.operations.doctor.diagnose import diagnose
from flow_mcp.operations.doctor.finding import Finding, Status
from flow_mcp.operations.verify.web import Web

_COLOURS: dict[Status, str] = {"ok": "green", "warning": "yellow", "problem": "red"}
_LONGEST = 1_000


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp doctor              for all tenants\n"
    "  flow-mcp doctor acme         what the stack acme needs\n"
    "  flow-mcp doctor --json       for a program\n\n"
    "Exit codes: 0 no problem (warnings allowed), 1 a problem, 2 could not run; 130 interrupted."
)
@tenants_argument
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(tenants: tuple[str, ...], *, as_json: bool) -> None:
    """Find out what this machine lacks for `pulumi up`, with a remedy for each problem.

    It checks the versions of Pulumi, its plugins and this package, the backend, the passphrase and whether
    the authorization servers' credentials are set. No credential is read, shown or sent. It asks each
    authorization server for its metadata and its time.
    """
    project = current_project()
    stack_files = project.stack_files(tenants or project.stacks())
    web = Web()
    try:
        with Steps() as steps:
            findings = list(diagnose(project, stack_files, os.environ, web, steps))
    finally:
        web.close()
    if as_json:
        click.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        _show(findings)
    if any(finding.status == "problem" for finding in findings):
        raise SystemExit(1)


def _show(findings: list[Finding]) -> None:
    for finding in findings:
        status = click.style(f"{finding.status:8}", _COLOURS[finding.status])
        click.echo(f"{status} {terminal(f'{finding.subject}: {finding.message}', _LONGEST)}")
        if finding.remedy:
            click.echo(f"         {terminal(finding.remedy, _LONGEST)}")
    counts = {status: sum(finding.status == status for finding in findings) for status in _COLOURS}
    total = f"{counted(counts['problem'], 'problem')}, {counted(counts['warning'], 'warning')}"
    click.echo(f"{len(findings)} findings: {total}")
