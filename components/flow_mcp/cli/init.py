"""`flow-mcp init`: a new tenant's file, by options or step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from flow_mcp.authorization_servers import KINDS
from flow_mcp.cli.options import asked_here, current_project, project_option
from flow_mcp.review.fleet.new_tenant import Setting, new_file, settings_needed, text, write

_SERVERS = tuple(KINDS)

_Answer = TypeVar("_Answer")


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp init acme                    asks for what it needs\n"
    "  flow-mcp init acme --workspace 456=production,test --server keycloak \\\n"
    "      --set url=https://id.acme.example --set realm.name=acme --set realm.create=true\n"
    "  flow-mcp init fabrikam --workspace 77=production --server flow-entra\n\n"
    "Exit codes: 0 created, 2 not created: it exists, or it would be invalid; 130 interrupted."
)
@click.argument("tenant")
@project_option
@click.option("--id", "flow_id", metavar="ID", help="The tenant's ID in Flow.  [default: TENANT]")
@click.option(
    "--workspace",
    "workspaces",
    multiple=True,
    metavar="ID=ENVIRONMENT,…",
    help="A workspace and its environments with an MCP server. Repeatable.",
)
@click.option("--server", "kind", type=click.Choice(_SERVERS), help="The kind of authorization server.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting of the authorization server, as in realm.name=acme; the value is YAML. Repeatable.",
)
def command(
    tenant: str, flow_id: str | None, workspaces: tuple[str, ...], kind: str | None, settings: tuple[str, ...]
) -> None:
    """Write the file of a new tenant, which is valid at once; clients are added to it afterwards.

    What no option gives is asked for. Nothing is written over, and nothing is written that `flow-mcp check`
    would refuse.
    """
    project = current_project()
    new_file(project, tenant)
    given = dict(map(_workspace, workspaces)) or dict(
        (_ask("--workspace", "Workspace and its environments, as in 456=production,test", _workspace),)
    )
    chosen = kind or _ask("--server", f"Authorization server: {', '.join(_SERVERS)}", _kind)
    values = dict(map(_setting, settings))
    for needed in settings_needed(chosen):
        if not any(path == needed.path or needed.path.startswith(f"{path}.") for path in values):
            values[needed.path] = _ask(f"--set {needed.path}=…", _question(needed), _value)
    file, warnings = write(project, tenant, text(flow_id or tenant, given, chosen, values))
    for warning in warnings:
        click.echo(str(warning), err=True)
    click.echo(f"{file.relative_to(project.directory)} is written. Add its clients, and run")
    click.echo(f"  flow-mcp check {tenant}\n  flow-mcp up {tenant}")


def _ask(option: str, question: str, read: Callable[[str], _Answer]) -> _Answer:
    if not asked_here():
        raise click.UsageError(f"nobody can be asked here: give {option}")

    def checked(answer: str) -> _Answer:
        try:
            return read(answer)
        except click.UsageError as error:
            raise click.BadParameter(error.message) from None

    answer: _Answer = click.prompt(question, value_proc=checked, err=True)
    return answer


def _question(needed: Setting) -> str:
    return f"{needed.path} ({needed.description.rstrip('.')})" if needed.description else needed.path


def _workspace(given: str) -> tuple[str, list[str]]:
    name, equals, environments = given.partition("=")
    listed = [each.strip() for each in environments.split(",")]
    if not (name and equals and all(listed)):
        raise click.UsageError(f"{given!r} is no workspace with its environments, as in 456=production,test")
    return name.strip(), listed


def _setting(given: str) -> tuple[str, str]:
    path, equals, value = given.partition("=")
    if not (equals and value and all(path.split("."))):
        raise click.UsageError(f"--set {given}: it is KEY=VALUE, as in realm.name=acme")
    return path, value


def _kind(given: str) -> str:
    if given not in _SERVERS:
        raise click.UsageError(f"{given!r} is none of {', '.join(_SERVERS)}")
    return given


def _value(given: str) -> str:
    if not given.strip():
        raise click.UsageError("it needs a value")
    return given
