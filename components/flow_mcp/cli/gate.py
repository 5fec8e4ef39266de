"""`flow-mcp gate`: preview changes for approval, apply approved changes, analyze deployed stacks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.diff import Format, show
from flow_mcp.cli.fleet_options import limit_options, selection_options, started, wave_options
from flow_mcp.cli.fleet_summary import tenant_results
from flow_mcp.common.counted import counted
from flow_mcp.common.exit_codes import BLOCKED, COULD_NOT_RUN
from flow_mcp.common.safe_text import markdown, terminal
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.review.diff import digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.source_locations import Places
from flow_mcp.review.diff.rendering.text import text
from flow_mcp.review.fleet import gate
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Outcome as FleetOutcome
from flow_mcp.review.gate import run
from flow_mcp.review.gate.approval import Approval, DigestTree
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.pack import Pack

_CODES = (
    "Exit codes: 0 passed, 2 could not run or a declaration is invalid, 3 approval needed, "
    "4 blocked; 130 interrupted."
)
_MAX_LENGTH = 1_000
_COULD_NOT_RUN = frozenset({"failed", "locked"})
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@click.group(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate preview acme                       show the change and its digest\n"
    "  flow-mcp gate apply acme --approved sha256:…     apply exactly that change\n"
    "  flow-mcp gate analyze                            check the deployed stacks, every night\n\n" + _CODES
)
def command() -> None:
    """Preview changes, apply approved changes, and analyze deployed stacks.

    Each command runs Pulumi with the project's policy pack, and passes only if all policies were evaluated.
    Without a selection, `preview` and `apply` take all tenants that changed. Tenants that are named are
    always previewed.
    """


@command.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate preview                           all tenants that changed\n"
    "  flow-mcp gate preview acme --format json        for a program\n"
    "  flow-mcp gate preview acme --format markdown --digest-to digest > plan.md\n"
    "  flow-mcp gate preview --all --digest-to digest --tree-to tree.json\n\n" + _CODES
)
@selection_options
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
    help="Also write the digest to this file; the file is empty if the change is blocked. With --tree-to, "
    "only if the changes of all tenants are blocked.",
)
@click.option(
    "--tree-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the digest of each tenant to this file, for `gate apply --tree`.",
)
@click.option("--force", is_flag=True, help="Include unchanged tenants.")
def preview(form: Format, digest_to: Path | None, tree_to: Path | None, *, force: bool, **given: Any) -> None:
    """Preview tenants with all policies, and show the changes.

    The digest covers everything that is shown, and the values of all properties that change.
    """
    with _started(given, Limits(), force=force) as fleet:
        gated = gate.preview(fleet)
    diffs, project = gated.diffs, fleet.stacks.project
    show_previewed(gated, _places(project, diffs), Pack.load(project.policies), form)
    # After an interruption nothing is written: a part of the tenants cannot be approved.
    code = _report(gated.outcome)
    permitted = [diff for diff in diffs.diffs if not diff.blocked]
    if digest_to:
        approvable = bool(permitted) or not diffs.diffs if tree_to else not diffs.blocked
        digest_to.write_text(f"{digest(diffs.diffs)}\n" if approvable else "", encoding="utf-8")
    if tree_to:
        tree_to.write_text(f"{DigestTree.of(diffs.diffs).model_dump_json(indent=2)}\n", encoding="utf-8")
    raise SystemExit(code or run.verdict(diffs))


@command.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp gate apply acme --approved sha256:…\n"
    "  flow-mcp gate apply --all --approved sha256:… --tree tree.json --canary 'test-*' --waves 10,50\n"
    "  flow-mcp gate apply --all --approved sha256:… --tree tree.json --shard 2/8\n\n" + _CODES
)
@selection_options
@click.option(
    "--approved",
    required=True,
    metavar="DIGEST",
    help="Approved digest, from `gate preview` or `diff` of the same tenants.",
)
@click.option(
    "--tree",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File of `gate preview --tree-to`. Compares each tenant with its own digest, and leaves out only "
    "tenants whose changes are not the approved ones.  [default: nothing is applied if one is not]",
)
@wave_options
@limit_options
@click.option("--json", "as_json", is_flag=True, help="Print the applied changes as JSON.")
def apply(
    *,
    approved: str,
    tree: Path | None,
    canaries: tuple[str, ...],
    percentages: tuple[int, ...],
    max_tenants: int | None,
    max_deletions: int | None,
    max_failures: int | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Apply exactly the approved change.

    The command previews again, applies the change if its digest is the approved one, and analyzes the result.
    The update is cancelled if it makes a change that its preview did not have. If there is nothing to apply,
    every digest is accepted.
    """
    if not _DIGEST.fullmatch(approved):
        raise click.UsageError("--approved is not a digest: use sha256: and 64 hexadecimal digits")
    approval = Approval.with_tree(approved, tree) if tree else Approval(approved)
    with _started(given, Limits(max_tenants, max_deletions)) as fleet:
        gated = gate.apply_approved(fleet, approval, canaries, percentages, failures=max_failures or 0)
    if gated.refused is not None:
        _print_outcome(gated.diffs)
    _show(gated.results, given["as_of"], gated.outcome, as_json=as_json)
    code = _report(gated.outcome)
    raise SystemExit(code if gated.refused is None else gated.refused)


@command.command(
    epilog="\b\nExamples:\n  flow-mcp gate analyze\n  flow-mcp gate analyze acme --json\n"
    "  flow-mcp gate analyze --all --shard 2/8\n\n"
    "Exit codes: 0 passed, 2 could not run, 4 a rule rejects a state; 130 interrupted."
)
@selection_options
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def analyze(*, as_json: bool, **given: Any) -> None:
    """Evaluate the policies on the stacks' states.

    The command runs no program and calls no server.
    """
    with _started(given, Limits()) as fleet:
        gated = gate.analyze_states(fleet, must_exist=bool(given["tenants"]))
    _show(gated.results, given["as_of"], gated.outcome, as_json=as_json)
    code = _report(gated.outcome)
    if not code and any(result.blocked for result in gated.results):
        code = BLOCKED
    raise SystemExit(code)


def show_previewed(gated: gate.Gated, places: Places, pack: Pack, form: Format) -> None:
    """Show the changes for people or programs; for people without `no change` if no tenant was previewed."""
    unknown = [result.stack for result in gated.outcome.results if result.status in _COULD_NOT_RUN]
    for_people = form in {"text", "markdown"}
    if gated.diffs.diffs or not (unknown and for_people):
        show(gated.diffs, places, pack, form)
    if unknown and form == "markdown":
        # In text, the reasons follow on standard error. Markdown is read where that is not shown.
        names = ", ".join(markdown(stack) for stack in unknown)
        click.echo(f"\n**Unknown changes**: {names} could not be previewed. The job's log has the reasons.")


@contextmanager
def _started(given: Mapping[str, Any], limits: Limits, *, force: bool = False) -> Iterator[Fleet]:
    """Start a run for the selected tenants, by default all; those that are named count as changed."""
    selected = any(given[name] for name in ("tenants", "patterns", "revision"))
    given = {**given, "everything": given["everything"] or not selected}
    with started(given, limits, force=force or bool(given["tenants"])) as (fleet, _):
        yield fleet


def _places(project: Project, diffs: Outcome) -> Places:
    """Return the places of the changes in the tenants' files; a file that changed since has none."""
    instance = instance_of(project.file)
    loaded = {}
    for stack, file in project.stack_files(diff.stack for diff in diffs.diffs).items():
        with suppress(DeclarationError):
            loaded[stack] = from_file(file, instance)
    return Places(project, loaded)


def _report(outcome: FleetOutcome) -> int:
    """Print what failed or was not started to standard error, and return the exit code.

    Raises:
        Abort: the run was interrupted.
    """
    for result in outcome.results:
        if result.message:
            click.echo(
                f"flow-mcp: {terminal(result.stack)}: {terminal(result.message, _MAX_LENGTH)}", err=True
            )
    if unchanged := outcome.counts().get("unchanged", 0):
        noun = "tenant is" if unchanged == 1 else "tenants are"
        click.echo(f"flow-mcp: {unchanged} {noun} unchanged since the last recorded run", err=True)
    waiting = [result.stack for result in outcome.results if result.status == "not-started"]
    for line in (outcome.refusal, *outcome.notes, f"not started: {', '.join(waiting)}" if waiting else ""):
        if line:
            click.echo(f"flow-mcp: {terminal(line, _MAX_LENGTH)}", err=True)
    if outcome.interrupted:
        raise click.Abort
    code = outcome.exit_code
    return COULD_NOT_RUN if any(result.status in _COULD_NOT_RUN for result in outcome.results) else code


def _print_outcome(outcome: Outcome) -> None:
    """Print an outcome to standard error; standard output is for the applied changes."""
    console = Console(stderr=True)
    for line in text(outcome):
        console.print(line, soft_wrap=True)


def _show(results: Sequence[run.Result], as_of: date, outcome: FleetOutcome, *, as_json: bool) -> None:
    if as_json:
        document = {
            "asOf": as_of.isoformat(),
            "tenants": [_json(result) for result in results],
            "results": tenant_results(outcome),
        }
        click.echo(json.dumps(document, indent=2))
        return
    for result in results:
        click.echo(f"{result.stack}: {_summary(result)}")
        for rule_result in result.rule_results or ():
            click.echo(f"  {terminal(_sentence(rule_result), _MAX_LENGTH)}")


def _summary(result: run.Result) -> str:
    applied = result.applied
    changes = "nothing to apply" if applied is None else f"{counted(len(applied.steps), 'change')} applied"
    findings = (
        "not analyzed"
        if result.rule_results is None
        else f"{counted(len(result.rule_results), 'policy finding')} in the deployed state"
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
