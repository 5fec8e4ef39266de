"""`flow-mcp check`: check tenants' declarations without calling a server."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import click

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.common.counted import counted
from flow_mcp.common.exit_codes import BLOCKED
from flow_mcp.declaration.applications.catalogue import catalogue_beside
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.review.policy.evaluation import evaluate, problem
from flow_mcp.review.policy.pack import Pack


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp check              all tenants\n"
    "  flow-mcp check acme globex  two tenants\n"
    "  flow-mcp check --json       for a pipeline\n\n"
    "Exit codes: 0 no error (warnings allowed), 2 a declaration is invalid, 4 a policy blocks a declaration."
)
@tenants_argument
@project_option
@as_of_option
@click.option("--all", "everything", is_flag=True, help="Also show notes, which need no action.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def command(tenants: tuple[str, ...], as_of: date, *, everything: bool, as_json: bool) -> None:
    """Check tenants' declarations and the policies for them, without calling a server.

    All problems of all files are shown, each with its line and its remedy.
    """
    project = current_project()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"There is no tenant to check: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml."
        )
    findings = _Findings()
    _check(project, stacks, as_of, findings)
    problems = tuple(dict.fromkeys(findings.problems))
    errors = sum(finding.severity == "error" for finding in problems)
    warnings = sum(finding.severity == "warning" for finding in problems)
    if as_json:
        listed = [asdict(finding) for finding in problems]
        checked = {"checked": list(stacks), "asOf": as_of.isoformat(), "problems": listed}
        click.echo(json.dumps(checked, indent=2))
    else:
        shown = [finding for finding in problems if everything or finding.severity != "info"]
        for finding in sorted(shown, key=_order):
            click.echo(_coloured(finding), err=finding.severity == "error")
        click.echo(
            f"{counted(len(stacks), 'tenant')}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"
            f"{_hidden(len(problems) - len(shown))}"
        )
    if errors:
        raise SystemExit(DeclarationError.exit_code if findings.invalid_declaration else BLOCKED)


@dataclass
class _Findings:
    """All problems, and whether a declaration is invalid."""

    problems: list[Problem] = field(default_factory=list)
    invalid_declaration: bool = False


def _check(project: Project, stacks: Mapping[str, Path], as_of: date, findings: _Findings) -> None:
    instance, pack = instance_of(project.file), Pack.load(project.policies)
    errors = catalogue_beside(project.directory / "stacks").errors
    findings.invalid_declaration |= bool(errors)
    findings.problems += (_relative(error, project) for error in errors)
    owners: dict[str, str] = {}
    for stack, file in stacks.items():
        try:
            loaded = from_file(file, instance)
        except DeclarationError as error:
            findings.invalid_declaration = True
            findings.problems += (_relative(invalid, project) for invalid in error.problems)
            continue
        conflicts = list(duplicate_claims(loaded, stack, owners))
        findings.invalid_declaration |= bool(conflicts)
        rule_findings = (problem(loaded, result) for result in evaluate(pack, loaded.declaration, as_of))
        findings.problems += (
            _relative(finding, project) for finding in (*loaded.warnings, *conflicts, *rule_findings)
        )


def _relative(problem: Problem, project: Project) -> Problem:
    prefix = f"{project.directory}{os.sep}"
    return replace(problem, file=problem.file.removeprefix(prefix))


_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def _order(problem: Problem) -> tuple[str, int, int]:
    """Return the sort key: tenant, severity with errors first, line."""
    return problem.file, list(_COLOURS).index(problem.severity), problem.line


def _coloured(problem: Problem) -> str:
    severity = f" {problem.severity}: "
    return str(problem).replace(severity, click.style(severity, _COLOURS[problem.severity]), 1)


def _hidden(number: int) -> str:
    return f"; {counted(number, 'note')} with --all" if number else ""
