"""`flow-mcp check`: are the declarations right? No server is called."""

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
from flow_mcp.common.exit_codes import BLOCKED
from flow_mcp.declaration.claims import claimed
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.review.policy.evaluation import evaluate, problem
from flow_mcp.review.policy.pack import Pack


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp check              every tenant\n"
    "  flow-mcp check acme globex  these two\n"
    "  flow-mcp check --json       for a pipeline\n\n"
    "Exit codes: 0 all right (warnings allowed), 2 a declaration is wrong, 4 a policy refuses one."
)
@tenants_argument
@project_option
@as_of_option
@click.option("--all", "everything", is_flag=True, help="Show notes too, which need no action.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def command(tenants: tuple[str, ...], as_of: date, *, everything: bool, as_json: bool) -> None:
    """Check tenants' declarations, by the policies too, without touching a server.

    Every problem of every file is shown at once, each with its line, what is wrong and what would be right.
    """
    project = current_project()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"there is nothing to check: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml"
        )
    found = _Found()
    _check(project, stacks, as_of, found)
    problems = tuple(dict.fromkeys(found.problems))
    errors = sum(each.severity == "error" for each in problems)
    warnings = sum(each.severity == "warning" for each in problems)
    if as_json:
        listed = [asdict(each) for each in problems]
        checked = {"checked": list(stacks), "asOf": as_of.isoformat(), "problems": listed}
        click.echo(json.dumps(checked, indent=2))
    else:
        shown = [each for each in problems if everything or each.severity != "info"]
        for each in sorted(shown, key=_order):
            click.echo(_coloured(each), err=each.severity == "error")
        click.echo(
            f"{_count(len(stacks), 'tenant')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"
            f"{_hidden(len(problems) - len(shown))}"
        )
    if errors:
        raise SystemExit(DeclarationError.exit_code if found.wrong else BLOCKED)


@dataclass
class _Found:
    """All problems, and whether a declaration is wrong in itself."""

    problems: list[Problem] = field(default_factory=list)
    wrong: bool = False


def _check(project: Project, stacks: Mapping[str, Path], as_of: date, found: _Found) -> None:
    instance, pack = instance_of(project.file), Pack.load(project.policies)
    owners: dict[str, str] = {}
    for stack, file in stacks.items():
        try:
            loaded = from_file(file, instance)
        except DeclarationError as error:
            found.wrong = True
            found.problems += (_relative(each, project) for each in error.problems)
            continue
        elsewhere = list(claimed(loaded, stack, owners))
        found.wrong |= bool(elsewhere)
        judged = (problem(loaded, each) for each in evaluate(pack, loaded.declaration, as_of))
        found.problems += (_relative(each, project) for each in (*loaded.warnings, *elsewhere, *judged))


def _relative(problem: Problem, project: Project) -> Problem:
    within = f"{project.directory}{os.sep}"
    return replace(problem, file=problem.file.removeprefix(within))


_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def _order(problem: Problem) -> tuple[str, int, int]:
    """By tenant, errors first, then by line."""
    return problem.file, list(_COLOURS).index(problem.severity), problem.line


def _coloured(problem: Problem) -> str:
    severity = f" {problem.severity}: "
    return str(problem).replace(severity, click.style(severity, _COLOURS[problem.severity]), 1)


def _hidden(number: int) -> str:
    return f"; {_count(number, 'note')} with --all" if number else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
