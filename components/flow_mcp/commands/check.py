"""`flow-mcp check`: are the declarations right? No server is called."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import click

from flow_mcp.declaration.findings import DeclarationError, Finding, Problem
from flow_mcp.declaration.load import Loaded, from_file, instance_of
from flow_mcp.project import NoProjectError, Project


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp check              every tenant\n"
    "  flow-mcp check acme globex  these two\n"
    "  flow-mcp check --json       for a pipeline\n\n"
    "Exit codes: 0 all right (warnings allowed), 2 a declaration is wrong."
)
@click.argument("tenants", nargs=-1, metavar="[TENANT]...")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def command(tenants: tuple[str, ...], *, as_json: bool) -> None:
    """Check tenants' declarations without touching a server.

    Every problem of every file is shown at once, each with its line, what is wrong and what would be right.
    """
    project = Project.find()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"there is nothing to check: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml"
        )
    problems = tuple(dict.fromkeys(_problems(project, stacks)))
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = sum(problem.severity == "warning" for problem in problems)
    if as_json:
        click.echo(json.dumps({"checked": list(stacks), "problems": [asdict(p) for p in problems]}, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem), err=problem.severity == "error")
        click.echo(
            f"{_count(len(stacks), 'tenant')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"
        )
    if errors:
        raise SystemExit(DeclarationError.exit_code)


def _problems(project: Project, stacks: Mapping[str, Path]) -> Iterator[Problem]:
    instance = instance_of(project.file)
    owners: dict[str, str] = {}
    for stack, file in stacks.items():
        try:
            loaded = from_file(file, instance)
        except DeclarationError as error:
            yield from (_relative(problem, project) for problem in error.problems)
            continue
        found = [*loaded.warnings, *_claimed(loaded, stack, owners)]
        yield from (_relative(problem, project) for problem in found)


def _claimed(loaded: Loaded, stack: str, owners: dict[str, str]) -> Iterator[Problem]:
    """What another stack declares too: the two would undo each other's work."""
    declaration = loaded.declaration
    tenant = (("id",), f"the tenant {declaration.tenant.id} of {declaration.instance.server}")
    for path, what in (tenant, *declaration.kind.owns(declaration)):
        if (other := owners.setdefault(what, stack)) != stack:
            message = f"is {what}, which the stack {other} declares too"
            yield loaded.problem(Finding(path, message, "Keep it in one stack."))


def _relative(problem: Problem, project: Project) -> Problem:
    file = Path(problem.file)
    shown = file.relative_to(project.directory) if file.is_relative_to(project.directory) else file
    return replace(problem, file=str(shown))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
