"""`flow-mcp drift`: what changed at the authorization servers since the last `pulumi up`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import click
from rich.console import Console

from flow_mcp.cli.options import (
    as_of_option,
    current_project,
    project_option,
    shard_option,
    tenants_argument,
)
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import BLOCKED, COULD_NOT_RUN, NEEDS_APPROVAL, OK
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import plain
from flow_mcp.engine.fleet.shards import Shard
from flow_mcp.engine.project import NoProjectError
from flow_mcp.operations.drift.detect import Detected, detect
from flow_mcp.operations.drift.document import json_text
from flow_mcp.operations.drift.mend import Mended, mend
from flow_mcp.operations.drift.text import lines, mended_lines, plan
from flow_mcp.review.fleet.engine import forking_engine
from flow_mcp.review.gate.plan import Planner

_MAX_LENGTH = 1_000


@dataclass
class _Result:
    """The results of all stacks.

    Attributes:
        detected: the drift by stack.
        mended: what `--mend` did, by stack.
        failed: the reason why a stack could not be compared or mended, by stack.
        blocked: whether a policy refused an update.
    """

    detected: dict[str, Detected] = field(default_factory=dict)
    mended: dict[str, Mended] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    blocked: bool = False

    @contextmanager
    def recording_failure(self, stack: str) -> Iterator[None]:
        """Record and print an error of one stack, so that the command continues with the others."""
        try:
            yield
        except FlowMcpError as error:
            self.failed[stack] = plain(" ".join(str(error).split()), _MAX_LENGTH)
            self.blocked |= error.exit_code == BLOCKED
            click.echo(f"flow-mcp: {plain(stack)}: {self.failed[stack]}", err=True)

    @property
    def exit_code(self) -> int:
        """The exit code; drift that was found or remains takes precedence over a failed stack."""
        if self.blocked:
            return BLOCKED
        drifts = {stack: detected.drift for stack, detected in self.detected.items()}
        drifts |= {stack: mended.remaining for stack, mended in self.mended.items()}
        if any(drift.found for drift in drifts.values()):
            return NEEDS_APPROVAL
        return COULD_NOT_RUN if self.failed else OK


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp drift                       all tenants\n"
    "  flow-mcp drift acme                  one tenant\n"
    "  flow-mcp drift acme --mend           revert the drift of managed objects\n"
    "  flow-mcp drift --json > drift.json   for a pipeline, every night\n"
    "  flow-mcp drift --shard 2/8 --json    on the second of eight machines\n\n"
    "Exit codes: 0 no drift, 2 a tenant could not be compared or mended, 3 drift was found or remains, "
    "4 a policy blocks the update; 130 interrupted."
)
@tenants_argument
@project_option
@shard_option
@click.option(
    "--mend",
    "mending",
    is_flag=True,
    help="Revert the drift of managed objects, with an update under the policies. Other objects stay.",
)
@click.option("--yes", is_flag=True, help="Mend without asking for confirmation in a terminal.")
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    tenants: tuple[str, ...], shard: Shard | None, as_of: date, *, mending: bool, yes: bool, as_json: bool
) -> None:
    """Find what changed at the authorization servers since the last `pulumi up`.

    The command lists managed objects that were changed or deleted, with the risk. It also lists unmanaged
    objects with the protected resources to which they give access: on Keycloak clients, scopes, mappers,
    roles, identity providers and registration policies, on Entra permissions and credentials, on Auth0 client
    grants, on Scalekit clients. Without --mend, nothing is changed or locked. If one tenant fails, the others
    are still compared.
    """
    if yes and not mending:
        raise click.UsageError("--yes requires --mend")
    project = current_project()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"There is no tenant: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml."
        )
    if shard:
        stacks = {stack: stacks[stack] for stack in shard.select(stacks)}
    result, notes = _Result(), list[str]()
    console = Console(highlight=False, stderr=as_json)
    try:
        with (
            Planner.of(project, stacks, as_of) as default,
            # Importing the modules once takes longer than a single start of the plugin.
            forking_engine(
                default.engine, stacks if mending or len(stacks) > 1 else (), notes.append
            ) as engine,
        ):
            planner = replace(default, engine=engine)
            for stack in stacks:
                with result.recording_failure(stack):
                    _drift_of(planner, stack, result, console, mending=mending, ask=mending and not yes)
    finally:
        for note in notes:
            click.echo(f"flow-mcp: {note}", err=True)
        if as_json:
            drifts = [detected.drift for detected in result.detected.values()]
            click.echo(json_text(drifts, result.mended, result.failed))
    raise SystemExit(result.exit_code)


def _drift_of(
    planner: Planner, stack: str, result: _Result, console: Console, *, mending: bool, ask: bool
) -> None:
    with Steps() as report:
        report(f"Comparing {stack} with its authorization server")
        detected = detect(planner.engine, stack, report.detail)
    result.detected[stack] = detected
    if mending or not console.stderr:
        for line in lines(detected.drift):
            console.print(line, soft_wrap=True)
    if not mending or not (detected.repairs or detected.needs_update):
        return
    console.print(plan(detected.drift), soft_wrap=True)
    if ask and sys.stdin.isatty() and not click.confirm("Continue?", err=True):
        raise click.Abort
    with Steps() as report:
        mended = mend(planner, stack, detected, report, report.detail)
    result.mended[stack] = mended
    for line in mended_lines(stack, mended):
        console.print(line, soft_wrap=True)
