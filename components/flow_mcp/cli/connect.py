"""`flow-mcp connect`: print the configuration of an application."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
from pydantic import ValidationError

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.options import current_project, project_option, tenant_argument
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import plain
from flow_mcp.declaration.applications.catalogue import catalogue_beside
from flow_mcp.declaration.applications.entry import Application
from flow_mcp.declaration.applications.steps import Step
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.connect.connection import Connection, admitted, connections
from flow_mcp.operations.connect.errors import ConnectError
from flow_mcp.operations.connect.forms import text
from flow_mcp.settings import SettingsDocument

_OWN_ID = "none to enter; the application has its own"
_LONGEST = 4096
_ENTER_SCOPES = """\
  If the application has a field for scopes, enter those of the resource.
  An application that requests none may get tokens that the MCP server rejects."""


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp connect acme vscode           what to add to mcp.json\n"
    "  flow-mcp connect acme claude-code      the command to run\n"
    "  flow-mcp connect acme chatgpt --json   the same for a program\n\n"
    "Exit codes: 0 printed, 2 the tenant does not admit the application, or its stack is not applied yet; "
    "130 interrupted."
)
@tenant_argument
@click.argument("application")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(tenant: str, application: str, *, as_json: bool) -> None:
    """Print the configuration with which APPLICATION accesses the MCP servers of TENANT.

    The command opens nothing, changes nothing and prints no secret. Client IDs come from the tenant's file if
    they are chosen there (Keycloak), otherwise from the stack's outputs.
    """
    project = current_project()
    file = project.stack_file(tenant)
    declaration = from_file(file, instance_of(project.file)).declaration
    entry = admitted(declaration, application, catalogue_beside(file.parent))
    admissions = connections(declaration, _document(project, tenant, declaration), application)
    if as_json:
        click.echo(json.dumps(_json_document(declaration, application, entry, admissions), indent=2))
    else:
        click.echo("\n".join(_lines(tenant, declaration, application, entry, admissions)))


def _document(project: Project, stack: str, declaration: Declaration) -> SettingsDocument:
    if declaration.kind.chooses_client_ids:
        return declaration.kind.settings(declaration, {})
    with Steps() as report:
        report(f"Reading the outputs of the stack {stack}")
        settings = Stacks.of(project).settings(stack)
    try:
        return SettingsDocument.from_json(settings)
    except ValidationError:
        raise ConnectError(
            f"the settings of the stack {stack} are not of version 1; run `pulumi up --stack {stack}` with "
            "this version of flow-mcp"
        ) from None


def _steps(entry: Application, connection: Connection) -> Iterator[Step]:
    """Yield the steps for the client's type; registration methods have public clients."""
    client_type = connection.client_type or "public"
    yield from (step for step in entry.connect if step.client_type in {None, client_type})


def _json_document(
    declaration: Declaration, name: str, entry: Application, admissions: tuple[Connection, ...]
) -> dict[str, object]:
    return {
        "tenant": declaration.tenant.id,
        "application": name,
        "title": entry.title,
        "connections": [
            {
                "admittedBy": connection.admitted_by,
                "clientId": connection.client_id,
                "clientType": connection.client_type,
                "redirectUris": list(connection.redirect_uris),
                "resources": [
                    {
                        "resource": resource.key,
                        "serverUrl": resource.server_url,
                        "authority": resource.authority,
                        "scopes": list(resource.scopes),
                    }
                    for resource in connection.resources
                ],
                "steps": [
                    {"title": step.title, "form": step.form, "text": text(step, connection)}
                    for step in _steps(entry, connection)
                ],
            }
            for connection in admissions
        ],
    }


def _lines(
    stack: str, declaration: Declaration, name: str, entry: Application, admissions: tuple[Connection, ...]
) -> Iterator[str]:
    yield f"{entry.title} ({name}) for the tenant {declaration.tenant.id}"
    for connection in admissions:
        yield f"\nAdmitted by {connection.admitted_by}"
        yield f"  client ID:  {plain(connection.client_id) if connection.client_id else _OWN_ID}"
        if connection.client_type == "confidential":
            yield f"  secret:     pulumi stack output clientSecrets --show-secrets --stack {plain(stack)}"
        for resource in connection.resources:
            yield f"  {resource.key}"
            yield f"    server URL:  {plain(resource.server_url, _LONGEST)}"
            yield f"    scopes:      {plain(' '.join(resource.scopes), _LONGEST)}"
        yield _ENTER_SCOPES
        for step in _steps(entry, connection):
            yield f"\n{step.title}:\n\n{text(step, connection)}"
    if source := entry.sources.get("connect"):
        yield f"\nSource ({source.basis}, read {source.read}): {source.url}"
