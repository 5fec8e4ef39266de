"""`flow-mcp gate`: nothing is applied that was not judged, shown and approved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from flow_mcp.cli.diff import Format, show
from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.common.exit_codes import BLOCKED
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.review.diff import digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.source_locations import Places
from flow_mcp.review.diff.rendering.text import text
from flow_mcp.review.gate import run
from flow_mcp.review.gate.plan import Planner
from flow_mcp.review.gate.static import check
from flow_mcp.review.policy.evaluation import RuleResult

_CODES = (
    "Exit codes: 0 passed, 2 could not run or a declaration is wrong, 3 somebody must approve it, "
    "4 refused; 130 interrupted."
)
_LONGEST = 1_000
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _arguments(command: _Command) -> _Command:
    return tenants_argument(project_option(as_of_option(command)))


@click.group(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate preview acme                       what would happen, and its digest\n"
    "  flow-mcp gate apply acme --approved sha256:…     that, and nothing else\n"
    "  flow-mcp gate analyze                            what is there, every night\n\n" + _CODES
)
def command() -> None:
    """Judge changes before they are applied, apply what was approved, judge what is there.

    Each runs Pulumi with the project's policy pack, and passes only where every policy was asked.
    """


@command.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate preview                           every tenant\n"
    "  flow-mcp gate preview acme --format json        for a program\n"
    "  flow-mcp gate preview acme --format markdown --digest-to digest > plan.md\n\n" + _CODES
)
@_arguments
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "sarif"]),
    default="text",
    show_default=True,
    help="text for a terminal, markdown for people in a pipeline, json and sarif for programs.",
)
@click.option(
    "--digest-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the digest to this file too, where it may be approved.",
)
def preview(tenants: tuple[str, ...], as_of: date, form: Format, digest_to: Path | None) -> None:
    """Check the declarations, preview them with the policy pack, and say what would change.

    The digest stands for all that is shown, and for the values of all properties that change.
    """
    with _planned(tenants, as_of) as (project, planner, steps):
        places = Places(project, check(project, planner.files))
        told = run.outcome(run.plans(planner, steps, steps.detail), as_of)
    show(told, places, planner.policies.pack, form)
    if digest_to:
        digest_to.write_text("" if told.blocked else f"{digest(told.diffs)}\n", encoding="utf-8")
    raise SystemExit(run.verdict(told))


@command.command(epilog="\b\nExamples:\n  flow-mcp gate apply acme --approved sha256:…\n\n" + _CODES)
@_arguments
@click.option(
    "--approved",
    required=True,
    metavar="DIGEST",
    help="What was approved: the digest that `gate preview` or `diff` showed of the same tenants.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def apply(tenants: tuple[str, ...], as_of: date, approved: str, *, as_json: bool) -> None:
    """Preview again, apply it if it is what was approved, and judge what is there then.

    The update is watched, and cancelled as soon as it does what its preview did not say. Where nothing is
    left to apply, every digest passes.
    """
    if not _DIGEST.fullmatch(approved):
        raise click.UsageError("--approved is no digest: expected are sha256: and 64 hexadecimal digits")
    results: list[run.Result] = []
    try:
        with _planned(tenants, as_of) as (project, planner, steps):
            check(project, planner.files)
            planned = run.plans(planner, steps, steps.detail)
            told = run.outcome(planned, as_of)
            if told.blocked or not run.permitted(told, approved):
                _tell(told)
            run.permit(told, approved)
            for result in run.applied(planner, planned, steps, steps.detail):
                results.append(result)  # noqa: PERF402 what was done is told after an error too
    finally:
        _show(results, as_of, as_json=as_json)
    if any(result.blocked for result in results):
        raise SystemExit(BLOCKED)


@command.command(
    epilog="\b\nExamples:\n  flow-mcp gate analyze\n  flow-mcp gate analyze acme --json\n\n" + _CODES
)
@_arguments
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def analyze(tenants: tuple[str, ...], as_of: date, *, as_json: bool) -> None:
    """Judge what is there, from the stacks' states: no program runs, and no server is called."""
    with _planned(tenants, as_of) as (_, planner, steps):
        results = list(run.analyzed(planner, steps, named=bool(tenants)))
    _show(results, as_of, as_json=as_json)
    if any(result.blocked for result in results):
        raise SystemExit(BLOCKED)


@contextmanager
def _planned(tenants: tuple[str, ...], as_of: date) -> Iterator[tuple[Project, Planner, Steps]]:
    project = current_project()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(f"there is no tenant: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml")
    with Steps() as steps, Planner.of(project, stacks, as_of) as planner:
        yield project, planner, steps


def _tell(told: Outcome) -> None:
    """On standard error: standard output is for what was done."""
    console = Console(stderr=True)
    for line in text(told):
        console.print(line, soft_wrap=True)


def _show(results: Sequence[run.Result], as_of: date, *, as_json: bool) -> None:
    if as_json:
        told = {"asOf": as_of.isoformat(), "tenants": [_json(result) for result in results]}
        click.echo(json.dumps(told, indent=2))
        return
    for result in results:
        click.echo(f"{result.stack}: {_said(result)}")
        for rule_result in result.rule_results or ():
            click.echo(f"  {terminal(_sentence(rule_result), _LONGEST)}")


def _said(result: run.Result) -> str:
    done = "nothing to apply" if result.applied is None else f"{len(result.applied.steps)} changes applied"
    found = (
        "nothing is there to judge"
        if result.rule_results is None
        else f"{len(result.rule_results)} policy findings on what is there"
    )
    return f"{done}, {found}"


def _sentence(rule_result: RuleResult) -> str:
    name = rule_result.urn.rpartition("::")[2]
    refused = "refused" if rule_result.blocks else rule_result.level
    return f"{rule_result.rule_id} {refused} at {name}: {rule_result.problem}. {rule_result.remedy}"


def _json(result: run.Result) -> dict[str, Any]:
    done = result.applied
    return {
        "stack": result.stack,
        "applied": [{"op": step.op, "urn": step.urn} for step in done.steps] if done else [],
        "needless": [{"op": step.op, "urn": step.urn} for step in done.needless] if done else [],
        "analyzed": result.rule_results is not None,
        "findings": [
            {
                "rule": rule_result.rule_id,
                "severity": str(rule_result.severity),
                "level": rule_result.level,
                "urn": rule_result.urn,
                "problem": rule_result.problem,
                "remedy": rule_result.remedy,
                "blocks": rule_result.blocks,
            }
            for rule_result in result.rule_results or ()
        ],
    }
