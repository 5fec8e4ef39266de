"""`flow-mcp diff`: show how a change affects access, from a preview or from two versions of the files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import click

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.source_locations import Places
from flow_mcp.review.policy.pack import Pack

Format = Literal["text", "markdown", "json", "sarif"]


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp diff acme                    the changes of the next `pulumi up`, from a preview\n"
    "  flow-mcp diff --base origin/main      the changes of a pull request, without server and credentials\n"
    "  flow-mcp diff --base origin/main --format markdown   for its comment\n"
    "  flow-mcp diff --base origin/main --format sarif      for code scanning\n\n"
    "Exit codes: 0 no approval needed, 2 could not compare, 3 approval needed, "
    "4 blocked: a policy blocks the change, or its effect cannot be determined."
)
@tenants_argument
@project_option
@click.option(
    "--base",
    metavar="REVISION",
    help="Compare the files with those of a git branch, tag or commit, without a preview.",
)
@as_of_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "sarif"]),
    default="text",
    show_default=True,
    help="text for a terminal, markdown for a pull request's comment, json and sarif for programs.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(tenants: tuple[str, ...], base: str | None, as_of: date, form: Format, *, as_json: bool) -> None:
    """Show how a change affects access, and what else a reviewer must check.

    Each line has its risk and the findings of the policies. Without --base, the change is that of the next
    `pulumi up`, from a preview. With --base, it is the difference between the files of two revisions.
    """
    project = current_project()
    pack = Pack.load(project.policies)
    outcome, places = (
        _from_base(project, pack, tenants, base, as_of)
        if base is not None
        else _from_preview(project, tenants, as_of)
    )
    show(outcome, places, pack, "json" if as_json else form)
    raise SystemExit(outcome.exit_code)


def _from_base(
    project: Project, pack: Pack, tenants: tuple[str, ...], revision: str, as_of: date
) -> tuple[Outcome, Places]:
    from flow_mcp.review.diff.base import Base, PolicyInputs, outcome, selected_stacks
    from flow_mcp.review.diff.git import Repository

    base = Base.read(project, revision)
    stacks = selected_stacks(project, base, tenants)
    loaded = _loaded(project, [stack for stack in stacks if stack in set(project.stacks())])
    declarations = {stack: tenant.declaration for stack, tenant in loaded.items()}
    result = outcome(project, base, stacks, declarations, PolicyInputs(pack, as_of))
    return result, Places(project, loaded, Repository.of(project.directory).prefix)


def _from_preview(project: Project, tenants: tuple[str, ...], as_of: date) -> tuple[Outcome, Places]:
    """Preview the stacks. Imports are here, because --base must not import Pulumi."""
    from flow_mcp.common.progress import Steps
    from flow_mcp.review.gate.plan import Planner

    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"There is no tenant to preview: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml."
        )
    loaded = _loaded(project, list(stacks))
    with Steps() as report, Planner.of(project, stacks, as_of) as planner:
        diffs = []
        for stack in stacks:
            report(f"Previewing {stack}")
            diffs.append(planner.plan(stack, report.detail).diff)
    return Outcome(tuple(diffs), "preview", as_of), Places(project, loaded)


def _loaded(project: Project, stacks: list[str]) -> Mapping[str, Loaded]:
    """Load the present declarations.

    Raises:
        DeclarationError: with the problems of all files.
    """
    instance = instance_of(project.file)
    loaded: dict[str, Loaded] = {}
    problems: dict[Problem, None] = {}
    for stack, file in project.stack_files(stacks).items():
        try:
            loaded[stack] = from_file(file, instance)
        except DeclarationError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise DeclarationError(problems)
    return loaded


def show(outcome: Outcome, places: Places, pack: Pack, form: Format) -> None:
    if form == "json":
        from flow_mcp.review.diff.document import json_text

        click.echo(json_text(outcome))
    elif form == "markdown":
        from flow_mcp.review.diff.rendering.markdown import markdown

        click.echo(markdown(outcome), nl=False)
    elif form == "sarif":
        from flow_mcp.review.diff.rendering.sarif import sarif

        click.echo(sarif(outcome, places, pack.rules))
    else:
        from rich.console import Console

        from flow_mcp.review.diff.rendering.text import text

        console = Console()
        for line in text(outcome):
            console.print(line, soft_wrap=True)
