"""`flow-mcp gate`: preview changes for approval, apply approved changes, analyze deployed stacks."""

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
    "Exit codes: 0 passed, 2 could not run or a declaration is invalid, 3 approval needed, "
    "4 blocked; 130 interrupted."
)
_MAX_LENGTH = 1_000
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _arguments(command: _Command) -> _Command:
    return tenants_argument(project_option(as_of_option(command)))


@click.group(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate preview acme                       show the change and its digest\n"
    "  flow-mcp gate apply acme --approved sha256:…     apply exactly that change\n"
    "  flow-mcp gate analyze                            check the deployed stacks, every night\n\n" + _CODES
)
def command() -> None:
    """Preview changes, apply approved changes, and analyze deployed stacks.

    Each command runs Pulumi with the project's policy pack, and passes only if all policies were evaluated.
    """


@command.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate preview                           all tenants\n"
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
    help="text for a terminal, markdown for reviewers, json and sarif for programs.",
)
@click.option(
    "--digest-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the digest to this file; the file is empty if the change is blocked.",
)
def preview(tenants: tuple[str, ...], as_of: date, form: Format, digest_to: Path | None) -> None:
    """Check the declarations, preview them with the policy pack, and show the changes.

    The digest covers everything that is shown, and the values of all properties that change.
    """
    with _planned(tenants, as_of) as (project, planner, steps):
        places = Places(project, check(project, planner.files))
        outcome = run.outcome(run.make_plans(planner, steps, steps.detail), as_of)
    show(outcome, places, planner.policies.pack, form)
    if digest_to:
        digest_to.write_text("" if outcome.blocked else f"{digest(outcome.diffs)}\n", encoding="utf-8")
    raise SystemExit(run.verdict(outcome))


@command.command(epilog="\b\nExamples:\n  flow-mcp gate apply acme --approved sha256:…\n\n" + _CODES)
@_arguments
@click.option(
    "--approved",
    required=True,
    metavar="DIGEST",
    help="Approved digest, from `gate preview` or `diff` of the same tenants.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the applied changes as JSON.")
def apply(tenants: tuple[str, ...], as_of: date, approved: str, *, as_json: bool) -> None:
    """Preview again, apply the change if it is the approved one, and analyze the result.

    The update is cancelled if it makes a change that its preview did not have. If there is nothing to apply,
    every digest is accepted.
    """
    if not _DIGEST.fullmatch(approved):
        raise click.UsageError("--approved is not a digest: use sha256: and 64 hexadecimal digits")
    results: list[run.Result] = []
    try:
        with _planned(tenants, as_of) as (project, planner, steps):
            check(project, planner.files)
            planned = run.make_plans(planner, steps, steps.detail)
            outcome = run.outcome(planned, as_of)
            if outcome.blocked or not run.is_approved(outcome, approved):
                _print_outcome(outcome)
            run.require_approval(outcome, approved)
            for result in run.apply_plans(planner, planned, steps, steps.detail):
                results.append(result)  # noqa: PERF402 after an error, the results so far are printed
    finally:
        _show(results, as_of, as_json=as_json)
    if any(result.blocked for result in results):
        raise SystemExit(BLOCKED)


@command.command(
    epilog="\b\nExamples:\n  flow-mcp gate analyze\n  flow-mcp gate analyze acme --json\n\n" + _CODES
)
@_arguments
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def analyze(tenants: tuple[str, ...], as_of: date, *, as_json: bool) -> None:
    """Evaluate the policies on the stacks' states, without running a program or calling a server."""
    with _planned(tenants, as_of) as (_, planner, steps):
        results = list(run.analyze_stacks(planner, steps, must_exist=bool(tenants)))
    _show(results, as_of, as_json=as_json)
    if any(result.blocked for result in results):
        raise SystemExit(BLOCKED)


@contextmanager
def _planned(tenants: tuple[str, ...], as_of: date) -> Iterator[tuple[Project, Planner, Steps]]:
    project = current_project()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"There is no tenant: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml."
        )
    with Steps() as steps, Planner.of(project, stacks, as_of) as planner:
        yield project, planner, steps


def _print_outcome(outcome: Outcome) -> None:
    """Print an outcome to standard error; standard output is for the applied changes."""
    console = Console(stderr=True)
    for line in text(outcome):
        console.print(line, soft_wrap=True)


def _show(results: Sequence[run.Result], as_of: date, *, as_json: bool) -> None:
    if as_json:
        document = {"asOf": as_of.isoformat(), "tenants": [_json(result) for result in results]}
        click.echo(json.dumps(document, indent=2))
        return
    for result in results:
        click.echo(f"{result.stack}: {_summary(result)}")
        for rule_result in result.rule_results or ():
            click.echo(f"  {terminal(_sentence(rule_result), _MAX_LENGTH)}")


def _summary(result: run.Result) -> str:
    changes = "nothing to apply" if result.applied is None else f"{len(result.applied.steps)} changes applied"
    findings = (
        "not analyzed"
        if result.rule_results is None
        else f"{len(result.rule_results)} policy findings in the deployed state"
    )
    return f"{changes}, {findings}"


def _sentence(rule_result: RuleResult) -> str:
    name = rule_result.urn.rpartition("::")[2]
    effect = "blocked" if rule_result.blocks else rule_result.level
    return f"{rule_result.rule_id} {effect} at {name}: {rule_result.problem}. {rule_result.remedy}"


def _json(result: run.Result) -> dict[str, Any]:
    applied = result.applied
    return {
        "stack": result.stack,
        "applied": [{"op": step.op, "urn": step.urn} for step in applied.steps] if applied else [],
        "needless": [{"op": step.op, "urn": step.urn} for step in applied.needless] if applied else [],
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
