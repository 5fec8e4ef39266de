"""`flow-mcp refresh`: update the states of many tenants from their authorization servers."""

from __future__ import annotations

from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, run
from flow_mcp.review.fleet.fleet import Limits
from flow_mcp.review.fleet.refresh_destroy import refresh


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp refresh --all        all tenants, every night\n"
    "  flow-mcp refresh acme globex\n\n" + CODES
)
@fleet_options
def command(**given: Any) -> None:
    """Read tenants' resources from their authorization servers into their states, several at a time.

    Unchanged tenants are included, because a change at a server changes no file. The table shows the number
    of resources that had changed; the next `flow-mcp up` corrects them.
    """
    run(lambda fleet, _: refresh(fleet), given, Limits())
