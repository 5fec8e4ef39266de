"""`flow-mcp preview`: preview the changes of `flow-mcp up`."""

from __future__ import annotations

from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, run
from flow_mcp.review.fleet.fleet import Limits
from flow_mcp.review.fleet.up import preview


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp preview --all                       all tenants that changed\n"
    "  flow-mcp preview --changed-since origin/main --json    in a pipeline\n"
    "  flow-mcp preview acme --force                this tenant, even if it is unchanged\n\n" + CODES
)
@fleet_options
@click.option("--force", is_flag=True, help="Include unchanged tenants.")
def command(*, force: bool, **given: Any) -> None:
    """Preview the tenants that changed, with the policies, several at a time, without any change.

    `flow-mcp gate preview` also shows the effects on access, and the digest for approvals.
    """
    run(lambda fleet, _: preview(fleet), given, Limits(), force=force)
