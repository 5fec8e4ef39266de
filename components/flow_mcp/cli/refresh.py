"""`flow-mcp refresh`: read many tenants' authorization servers into their states."""

from __future__ import annotations

from typing import Any

import click

from flow_mcp.cli.fleet_options import CODES, fleet_options, run
from flow_mcp.review.fleet.fleet import Limits
from flow_mcp.review.fleet.server import refresh


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp refresh --all        every tenant, every night\n"
    "  flow-mcp refresh acme globex\n\n" + CODES
)
@fleet_options
def command(**given: Any) -> None:
    """Read what tenants have at their authorization servers into their states, several at once.

    All tenants that are asked for are read: what somebody changed at a server changes no file. The table
    says how many resources were not as the state said; `flow-mcp up` then puts them right.
    """
    run(lambda fleet, _: refresh(fleet), given, Limits())
