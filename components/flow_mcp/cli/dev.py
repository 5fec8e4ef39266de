"""`flow-mcp dev`: run a Keycloak on this machine."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from flow_mcp.cli.options import current_project, project_option
from flow_mcp.common.exit_codes import NOT_RUNNING
from flow_mcp.common.progress import Steps
from flow_mcp.local.keycloak import installations
from flow_mcp.local.keycloak.distribution import VERSION
from flow_mcp.local.keycloak.server import DEFAULT_PORT, LocalKeycloak, Status
from flow_mcp.local.keycloak.state import SOURCES, Source

_state = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for data, password and log.  [default: .demo/keycloak of the project]",
)
_source = click.option(
    "--from",
    "source",
    type=click.Choice(SOURCES),
    help="How to get Keycloak.  [default: Docker if an engine runs, else Maven, else a download]",
)
_CODES = "Exit codes: 0 done, 1 failed, 2 could not run; 130 interrupted."
_json = click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")


@click.group(
    epilog="\b\nExamples:\n"
    "  flow-mcp dev fetch    get Keycloak without starting it\n"
    "  flow-mcp dev start    start Keycloak, if it does not run\n"
    "  flow-mcp dev status   show whether Keycloak runs, and its URL\n"
    "  flow-mcp dev stop     stop Keycloak and keep its data\n\n" + _CODES
)
def command() -> None:
    """Run a Keycloak on this machine for development and tests.

    It listens on 127.0.0.1 only, and its administrator has a random password.
    """


@command.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp dev start\n"
    "  flow-mcp dev start --port 8280 --state /tmp/keycloak   start another Keycloak\n\n" + _CODES
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port on 127.0.0.1; 0 for a free one.  [default: the previous port, at first {DEFAULT_PORT}]",
)
@_state
@project_option
@click.option(
    "--trust",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Certificates (PEM) of certificate authorities that Keycloak trusts when it fetches documents.",
)
@_source
@_json
def start(
    port: int | None, state: Path | None, trust: Path | None, source: Source | None, as_json: bool
) -> None:
    """Start Keycloak and wait until it answers.

    A running one is not changed. Without Docker it needs Java 17 or newer. The first start gets Keycloak and
    builds it.
    """
    keycloak = LocalKeycloak(state or _default_state(), port, trust, (source,) if source else SOURCES)
    began = time.monotonic()
    with Steps() as report:
        started = keycloak.start(report)
    status = keycloak.status()
    if as_json:
        click.echo(_as_json(status))
    elif started:
        click.echo(f"Keycloak {VERSION} is ready on {status.url} after {time.monotonic() - began:.0f} s.")
        click.echo(f"Its administrator is {status.admin_user}, with the password in {status.password_file}.")
    else:
        click.echo(f"Keycloak {VERSION} already runs on {status.url}.")


@command.command(epilog="\b\nExamples:\n  flow-mcp dev fetch   prepare a later start\n\n" + _CODES)
@_source
def fetch(source: Source | None) -> None:
    """Get Keycloak without starting it; an installed one is not changed."""
    with Steps() as report:
        installation = installations.choose((source,) if source else SOURCES, report)
    click.echo(f"Keycloak {VERSION} is ready to start ({installation.source}).")


@command.command(
    epilog="\b\nExamples:\n  flow-mcp dev stop\n  flow-mcp dev stop --purge   also remove its data\n\n"
    + _CODES
)
@_state
@project_option
@click.option("--purge", is_flag=True, help="Also remove data, password and log.")
def stop(state: Path | None, purge: bool) -> None:
    """Stop Keycloak; its data is kept for the next start."""
    keycloak = LocalKeycloak(state or _default_state())
    with Steps() as report:
        was_running = keycloak.stop(report, purge=purge)
    click.echo("Keycloak is stopped." if was_running else "Keycloak was not running.")
    if purge:
        click.echo("Its data, password and log are removed.")


@command.command(
    epilog="\b\nExamples:\n  flow-mcp dev status\n  flow-mcp dev status --json   for a script\n\n"
    "Exit codes: 0 it runs, 2 could not tell, 3 it does not run."
)
@_state
@project_option
@_json
@click.pass_context
def status(context: click.Context, state: Path | None, as_json: bool) -> None:
    """Show whether Keycloak runs; exit code 0 if it runs, else 3."""
    status = LocalKeycloak(state or _default_state()).status()
    if as_json:
        click.echo(_as_json(status))
    elif status.running:
        click.echo(f"Keycloak {VERSION} runs on {status.url} (process {status.pid}, log {status.log}).")
    else:
        click.echo("Keycloak is not running.")
    if not status.running:
        context.exit(NOT_RUNNING)


def _default_state() -> Path:
    return current_project().directory / ".demo" / "keycloak"


def _as_json(status: Status) -> str:
    return json.dumps(
        {
            "running": status.running,
            "url": status.url,
            "adminUser": status.admin_user,
            "passwordFile": str(status.password_file),
            "log": str(status.log),
            "pid": status.pid,
        }
    )
