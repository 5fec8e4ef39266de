"""`flow-mcp adopt`: take over what exists at an authorization server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from flow_mcp.authorization_servers import KINDS
from flow_mcp.cli.options import (
    current_project,
    project_option,
    setting_value,
    tenant_argument,
    workspace_value,
)
from flow_mcp.common.progress import Steps
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.adopt.document import json_text, proposal_document, recreated_document
from flow_mcp.operations.adopt.file_edit import with_adopted
from flow_mcp.operations.adopt.new_tenant import AdoptionOptions, adoption_source
from flow_mcp.operations.adopt.proposal import propose
from flow_mcp.operations.adopt.recreated import recreated_objects
from flow_mcp.operations.adopt.tenant_file import tenant_file
from flow_mcp.operations.adopt.text import proposal_lines, recreated_lines
from flow_mcp.operations.export import files
from flow_mcp.review.fleet.new_tenant import nested_settings, new_file, schema_path, write
from flow_mcp.review.preview.engine import Engine


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp adopt acme --authority https://id.acme.example/realms/acme\n"
    "      show the declaration of a realm that was made by hand; nothing is written\n"
    "  flow-mcp adopt acme --settings window.csv --workspace 456=production,test --write\n"
    "      take the authority and the client IDs of Flow's settings window, and write the file\n"
    "  flow-mcp adopt acme --authority https://id.acme.example/realms/acme --client crm --client portal\n"
    "      take over these two clients only\n"
    "  flow-mcp adopt acme --write\n"
    "      the tenant has a file: take over what was deleted and recreated without Pulumi\n\n"
    "Exit codes: 0 proposed or written, 1 the server cannot be read, 2 nothing can be proposed or written; "
    "130 interrupted."
)
@tenant_argument
@project_option
@click.option("--authority", metavar="URL", help="Issuer of the authorization server.")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Authority and client IDs of Flow's settings window, as CSV or JSON; with a column tenant, of "
    "several tenants.",
)
@click.option(
    "--client",
    "client_ids",
    multiple=True,
    metavar="ID",
    help="Client ID of the tenant. Repeatable.  [default: the clients whose tokens reach its MCP servers]",
)
@click.option("--id", "flow_id", metavar="ID", help="ID of the tenant in Flow.  [default: TENANT]")
@click.option(
    "--workspace",
    "workspaces",
    multiple=True,
    metavar="ID=ENVIRONMENT,…",
    help="Workspace and its environments that have an MCP server. Repeatable.  [default: those of the "
    "audiences at the server]",
)
@click.option(
    "--server",
    "kind",
    type=click.Choice(tuple(KINDS)),
    help="Kind of authorization server.  [default: that of the authority]",
)
@click.option(
    "--set",
    "server_settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Setting of the authorization server, such as adminUrl=https://…; the value is YAML. Repeatable.",
)
@click.option("--write", "writing", is_flag=True, help="Write the tenant's file.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposal as JSON.")
def command(
    tenant: str,
    authority: str | None,
    settings_file: Path | None,
    client_ids: tuple[str, ...],
    flow_id: str | None,
    workspaces: tuple[str, ...],
    kind: str | None,
    server_settings: tuple[str, ...],
    *,
    writing: bool,
    as_json: bool,
) -> None:
    """Propose the declaration of a tenant that exists at an authorization server already.

    The next `pulumi up` then takes over the tenant's clients without a change, with the same client IDs and
    secrets. What differs from this project's conventions stays as it is. Other clients are left alone.
    The server is only read. Without --write, nothing is written anywhere.
    """
    project = current_project()
    if tenant in project.stacks():
        if authority or settings_file or client_ids or flow_id or workspaces or kind or server_settings:
            raise click.UsageError(
                f"{tenant} has a file already. Only --write and --json apply: the command takes over what "
                "was deleted and recreated without Pulumi."
            )
        _take_over_recreated(project, tenant, writing=writing, as_json=as_json)
        return
    file = new_file(project, tenant)
    options = AdoptionOptions(
        tenant_id=flow_id or tenant,
        kind=kind,
        authority=authority,
        server=nested_settings(dict(map(setting_value, server_settings))),
        workspaces=dict(map(workspace_value, workspaces)),
        client_ids=client_ids,
        settings_file=settings_file,
    )
    _propose(project, tenant, file, options, writing=writing, as_json=as_json)


def _propose(
    project: Project, stack: str, file: Path, options: AdoptionOptions, *, writing: bool, as_json: bool
) -> None:
    source = adoption_source(project, options)
    with Steps() as report:
        report(f"Reading the authorization server of {stack}")
        proposal = propose(stack, source.kind, source.reader, source.request, source.instance, report.detail)
    text = tenant_file(proposal, schema_path(project))
    if writing:
        write(project, stack, text)
    relative = str(file.relative_to(project.directory))
    if as_json:
        click.echo(json_text(proposal_document(proposal, relative, written=writing)))
        return
    console = Console(highlight=False)
    for line in proposal_lines(proposal):
        console.print(line, soft_wrap=True)
    if writing:
        commands = (f"  pulumi {verb} --stack {stack}" for verb in ("preview", "up"))
        click.echo("\n".join((f"{relative} was written. Run", *commands)))
    else:
        click.echo(f"\n{relative} would be:\n\n{text}\nNothing was written. To write it, add --write.")


def _take_over_recreated(project: Project, stack: str, *, writing: bool, as_json: bool) -> None:
    file = project.stack_file(stack)
    engine = Engine(Stacks.of(project), datetime.now(UTC).date())
    with Steps() as report:
        report(f"Comparing {stack} with its authorization server")
        taken_over = recreated_objects(engine, stack, report.detail)
    written = writing and bool(taken_over)
    if written:
        files.replace_text(file, with_adopted(file, taken_over))
    relative = str(file.relative_to(project.directory))
    if as_json:
        click.echo(json_text(recreated_document(stack, relative, taken_over, written=written)))
        return
    console = Console(highlight=False)
    for line in recreated_lines(stack, taken_over):
        console.print(line, soft_wrap=True)
    if written:
        click.echo(f"{relative} was changed. Run\n  pulumi up --refresh --stack {stack}")
    elif taken_over:
        click.echo(f"Nothing was written. With --write, {relative} gets a line for each object.")
