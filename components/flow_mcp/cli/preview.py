"""`flow-mcp preview`: what `flow-mcp up` would do to many tenants."""

from __future__ import annotations

from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, run
from flow_mcp.review.fleet.fleet import Limits
from flow_mcp.review.fleet.up import preview


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp preview --all                       every tenant that changed\n"
    "  flow-mcp preview --changed-since origin/main --json    in a pipeline\n"
    "  flow-mcp preview acme --force                this one, changed or not\n\n" + CODES
)
@fleet_options
@click.option("--force", is_flag=True, help="Tenants that did not change, too.")
def command(*, force: bool, **given: Any) -> None:
    """Preview the tenants that changed, with the policies, several at once; nothing is changed.

    `flow-mcp gate preview` shows what the changes mean, and a digest to approve.
    """
    run(lambda fleet, _: preview(fleet), given, Limits(), force=force)
