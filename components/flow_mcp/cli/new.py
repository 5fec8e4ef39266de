"""`flow-mcp new`: a project in a directory of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from flow_mcp.local.new_project.create import create
from flow_mcp.local.new_project.first_tenant import ADDRESSES, LOCAL_KEYCLOAK, FirstTenant
from flow_mcp.local.new_project.pipeline import PIPELINES

_DEFAULT = FirstTenant()
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _server_options(command: _Command) -> _Command:
    """One option for each kind of authorization server, in the order of `ADDRESSES`."""
    for kind, what in reversed(tuple(ADDRESSES.items())):
        name = "URL" if "URL" in what or "issuer" in what else "DOMAIN" if "domain" in what else "ID"
        default = f"  [default: {LOCAL_KEYCLOAK}]" if kind == _DEFAULT.kind else ""
        text = f"The tenant's authorization server: {what}.{default}"
        command = click.option(f"--{kind}", f"of_{kind.replace('-', '_')}", metavar=name, help=text)(command)
    return command


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp new planning                   asks for the first tenant\n"
    "  flow-mcp new planning --tenant acme --keycloak https://id.acme.example\n"
    "  flow-mcp new . --tenant acme --auth0 acme.eu.auth0.com --pipeline gitlab\n"
    "  flow-mcp new planning --json < /dev/null   the defaults, without questions\n\n"
    "Exit codes: 0 created, 2 could not create; 130 interrupted."
)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--tenant", metavar="ID", help=f"ID of the first tenant in Flow.  [default: {_DEFAULT.id}]")
@click.option("--server", metavar="URL", help=f"URL of the Flow instance.  [default: {_DEFAULT.server}]")
@_server_options
@click.option(
    "--workspace",
    metavar="ID",
    default=_DEFAULT.workspace,
    show_default=True,
    help="ID of a workspace of the tenant.",
)
@click.option(
    "--environment",
    metavar="ID",
    default=_DEFAULT.environment,
    show_default=True,
    help="ID of an environment of that workspace.",
)
@click.option(
    "--pipeline",
    type=click.Choice([*PIPELINES, "none"]),
    default="github",
    show_default=True,
    help="The pipeline to begin with.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was created as JSON; asks nothing.")
def command(
    directory: Path,
    tenant: str | None,
    server: str | None,
    workspace: str,
    environment: str,
    pipeline: str,
    *,
    as_json: bool,
    **servers: str | None,
) -> None:
    """Create a project with a first tenant in an empty directory.

    The project depends on the installed version of this package and has nothing of its source code. In a
    terminal, the command asks for what no option gives; elsewhere it takes the defaults.
    """
    given = {kind: value for kind in ADDRESSES if (value := servers[f"of_{kind.replace('-', '_')}"])}
    if len(given) > 1:
        raise click.UsageError(
            f"a tenant has one authorization server: give one of --{' and --'.join(given)}"
        )
    interactive = sys.stdin is not None and sys.stdin.isatty() and not as_json
    ask = _ask if interactive else _take_default
    tenant = tenant or ask("ID of the first tenant in Flow", _DEFAULT.id)
    server = server or ask("URL of the Flow instance", _DEFAULT.server)
    kind = next(iter(given), "") or ask(
        "Its authorization server", _DEFAULT.kind, click.Choice(list(ADDRESSES))
    )
    default = LOCAL_KEYCLOAK if kind == _DEFAULT.kind else None
    address = given.get(kind) or ask(ADDRESSES[kind][:1].upper() + ADDRESSES[kind][1:], default)
    files = create(
        directory, FirstTenant(tenant, server, kind, address, workspace, environment), PIPELINES.get(pipeline)
    )
    if as_json:
        created = {"directory": str(directory.resolve()), "tenant": tenant, "files": list(files)}
        click.echo(json.dumps(created, indent=2))
        return
    click.echo(f"Created {len(files)} files in {directory}, with the tenant {tenant}.")
    elsewhere = "" if directory == Path() else f" --project {directory}"
    click.echo(f"Next: read {directory / 'README.md'}, or run `flow-mcp check{elsewhere}`.")


def _ask(question: str, default: str | None, choice: click.Choice[str] | None = None) -> str:
    # On standard error: standard output is for the result.
    answer: str = click.prompt(question, default=default, type=choice, err=True)
    return answer


def _take_default(_: str, default: str | None, __: click.Choice[str] | None = None) -> str:
    return default or ""
