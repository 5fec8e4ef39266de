"""`flow-mcp init`: create a new tenant's file from options and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from flow_mcp.authorization_servers import KINDS
from flow_mcp.cli.options import (
    current_project,
    is_interactive,
    project_option,
    setting_value,
    workspace_value,
)
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.fleet.new_tenant import (
    NewTenantError,
    Setting,
    content,
    new_file,
    required_settings,
    write,
)

_SERVERS = tuple(KINDS)

_Answer = TypeVar("_Answer")


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp init acme                    asks for the required settings\n"
    "  flow-mcp init acme --workspace 456=production,test --server keycloak \\\n"
    "      --set url=https://id.acme.example --set realm.name=acme --set realm.create=true\n"
    "  flow-mcp init fabrikam --workspace 77=production --server flow-entra\n\n"
    "Exit codes: 0 created, 2 not created: it exists, or it would be invalid; 130 interrupted."
)
@click.argument("tenant")
@project_option
@click.option("--id", "flow_id", metavar="ID", help="ID of the tenant in Flow.  [default: TENANT]")
@click.option(
    "--workspace",
    "workspaces",
    multiple=True,
    metavar="ID=ENVIRONMENT,…",
    help="Workspace and its environments that have an MCP server. Repeatable.",
)
@click.option("--server", "kind", type=click.Choice(_SERVERS), help="Kind of authorization server.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Setting of the authorization server, such as realm.name=acme; the value is YAML. Repeatable.",
)
def command(
    tenant: str, flow_id: str | None, workspaces: tuple[str, ...], kind: str | None, settings: tuple[str, ...]
) -> None:
    """Create the valid file of a new tenant, without clients.

    The command asks for required settings that no option gives. It never overwrites a file, and it writes
    only a valid file.
    """
    project = current_project()
    new_file(project, tenant)
    environments = dict(map(workspace_value, workspaces)) or dict(
        (_ask("--workspace", "Workspace and its environments, such as 456=production,test", workspace_value),)
    )
    chosen = kind or _ask("--server", f"Authorization server: {', '.join(_SERVERS)}", _kind)
    values = dict(map(setting_value, settings))
    for setting in required_settings(chosen):
        if not any(path == setting.path or setting.path.startswith(f"{path}.") for path in values):
            values[setting.path] = _ask(f"--set {setting.path}=…", _question(setting), _value)
    try:
        file, warnings = write(
            project, tenant, content(project, flow_id or tenant, environments, chosen, values)
        )
    except DeclarationError as error:
        raise NewTenantError(f"nothing was written, because the file would be invalid:\n{error}") from None
    for warning in warnings:
        click.echo(str(warning), err=True)
    click.echo(f"{file.relative_to(project.directory)} was created. Add clients to it, and run")
    click.echo(f"  flow-mcp check {tenant}\n  flow-mcp up {tenant}")


def _ask(option: str, question: str, read: Callable[[str], _Answer]) -> _Answer:
    if not is_interactive():
        raise click.UsageError(f"there is no terminal for questions; add {option}")

    def checked(answer: str) -> _Answer:
        try:
            return read(answer)
        except click.UsageError as error:
            raise click.BadParameter(error.message) from None

    answer: _Answer = click.prompt(question, value_proc=checked, err=True)
    return answer


def _question(setting: Setting) -> str:
    return f"{setting.path} ({setting.description.rstrip('.')})" if setting.description else setting.path


def _kind(given: str) -> str:
    if given not in _SERVERS:
        raise click.UsageError(f"{given!r} is not one of {', '.join(_SERVERS)}")
    return given


def _value(given: str) -> str:
    if not given.strip():
        raise click.UsageError("the value is empty")
    return given
