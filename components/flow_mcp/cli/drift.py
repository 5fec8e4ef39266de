"""`flow-mcp drift`: what changed at the authorization servers since the last `pulumi up`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import click
from rich.console import Console

from flow_mcp.cli.options import as_of_option
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL, OK
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import plain
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.operations.drift.detect import Detected, detect
from flow_mcp.operations.drift.document import json_text
from flow_mcp.operations.drift.mend import Mended, mend
from flow_mcp.operations.drift.text import lines, mended, plan
from flow_mcp.review.gate.plan import Planner

_COULD_NOT = 2
_LONGEST = 1_000


@dataclass
class _Result:
    """What was found, mended and could not be done, by stack."""

    detected: dict[str, Detected] = field(default_factory=dict)
    mended: dict[str, Mended] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    blocked: bool = False

    @contextmanager
    def failing(self, stack: str) -> Iterator[None]:
        """Keep an error of one stack, so that the others are read."""
        try:
            yield
        except FlowMcpError as error:
            self.failed[stack] = plain(" ".join(str(error).split()), _LONGEST)
            self.blocked |= error.exit_code == BLOCKED
            click.echo(f"flow-mcp: {plain(stack)}: {self.failed[stack]}", err=True)

    @property
    def exit_code(self) -> int:
        """Drift that was found, or is left after mending, comes before a tenant that could not be read."""
        if self.blocked:
            return BLOCKED
        left = {stack: each.drift for stack, each in self.detected.items()}
        left |= {stack: each.left for stack, each in self.mended.items()}
        if any(drift.found for drift in left.values()):
            return NEEDS_APPROVAL
        return _COULD_NOT if self.failed else OK


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp drift                       every tenant\n"
    "  flow-mcp drift acme                  this one\n"
    "  flow-mcp drift acme --mend           put its managed things back\n"
    "  flow-mcp drift --json > drift.json   for a pipeline, every night\n\n"
    "Exit codes: 0 no drift, 2 a tenant could not be read or mended, 3 drift was found or is left, "
    "4 a policy refuses to mend it; 130 interrupted."
)
@click.argument("tenants", nargs=-1, metavar="[TENANT]...")
@click.option(
    "--mend",
    "mending",
    is_flag=True,
    help="Put managed things back, by an update under the policies. What is not managed stays.",
)
@click.option("--yes", is_flag=True, help="Mend without a question in a terminal.")
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(tenants: tuple[str, ...], as_of: date, *, mending: bool, yes: bool, as_json: bool) -> None:
    """Find what changed at the authorization servers since the last `pulumi up`.

    Managed things that were changed or deleted are listed with their risk. On Keycloak, so is what appeared
    beside them: clients, scopes, mappers, roles, registration policies, and what they open. Without --mend,
    nothing is changed or locked. A tenant that cannot be read does not stop the others.
    """
    if yes and not mending:
        raise click.UsageError("--yes goes with --mend")
    project = Project.find()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(f"there is no tenant: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml")
    result = _Result()
    console = Console(highlight=False, stderr=as_json)
    try:
        with Planner.of(project, stacks, as_of) as planner:
            for stack in stacks:
                with result.failing(stack):
                    _one(planner, stack, result, console, mending=mending, ask=mending and not yes)
    finally:
        if as_json:
            found = [each.drift for each in result.detected.values()]
            click.echo(json_text(found, result.mended, result.failed))
    raise SystemExit(result.exit_code)


def _one(
    planner: Planner, stack: str, result: _Result, console: Console, *, mending: bool, ask: bool
) -> None:
    with Steps() as report:
        report(f"Comparing {stack} with its authorization server")
        found = detect(planner.engine, stack, report.detail)
    result.detected[stack] = found
    if mending or not console.stderr:
        for line in lines(found.drift):
            console.print(line, soft_wrap=True)
    if not mending or not (found.repairs or found.updates):
        return
    console.print(plan(found.drift), soft_wrap=True)
    if ask and sys.stdin.isatty() and not click.confirm("Mend it?", err=True):
        raise click.Abort
    with Steps() as report:
        done = mend(planner, stack, found, report, report.detail)
    result.mended[stack] = done
    for line in mended(stack, done):
        console.print(line, soft_wrap=True)
