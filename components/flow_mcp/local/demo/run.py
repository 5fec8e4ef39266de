"""Run the demo: start Keycloak, deploy the sample tenants and decide calls."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flow_mcp.authorization_servers.http import http_client
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.progress import Steps
from flow_mcp.engine.project import Project
from flow_mcp.local.demo.by_hand import KeycloakAdministrator
from flow_mcp.local.demo.calls import Call, DemoTenant, calls
from flow_mcp.local.keycloak.server import DEFAULT_PORT, LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.settings import SettingsDocument

TENANTS = ("acme", "globex")


class DemoError(FlowMcpError):
    """The demo failed, or a call was not decided as expected."""


def directory(project: Project) -> Path:
    """Return the directory of the demo: `.demo/` of the project."""
    return project.directory / ".demo"


def run(project: Project, console: Console, port: int | None) -> None:
    """Start Keycloak, run `pulumi up` for the sample tenants, show the outputs and decide the calls.

    Raises:
        FlowMcpError: a step failed, or a call was not decided as expected; the next run continues.
    """
    samples = project.stack_files(TENANTS)
    keycloak = LocalKeycloak(directory(project) / "keycloak", port)
    with Steps() as report:
        keycloak.start(report)
    credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
    scratch = ScratchProject.prepare(project, directory(project), credentials)
    for tenant, file in samples.items():
        console.rule(f"pulumi up --stack {tenant}")
        sample = file.read_text(encoding="utf-8")
        scratch.declare(tenant, sample.replace(f"http://127.0.0.1:{DEFAULT_PORT}", keycloak.url))
        scratch.pulumi("stack", "select", "--create", tenant)
        scratch.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", tenant, show=True)
    acme, globex = (_tenant(scratch, tenant, console) for tenant in TENANTS)
    console.rule("Calls to acme's MCP server of 456/production, decided by the runtime")
    try:
        with Steps() as report:
            report("Fetching tokens and deciding calls")
            decided = _decided(acme, globex, keycloak)
    except httpx.HTTPError as error:
        raise DemoError(
            f"The demo's Keycloak was changed after `pulumi up` ({error}). "
            "Remove the demo with make demo-down and run it again."
        ) from error
    console.print(_table(decided))
    wrong = [call.description for call in decided if not call.as_expected]
    if wrong:
        raise DemoError(f"Calls were not decided as expected: {', '.join(wrong)}.")
    console.print("All calls were decided as expected. `make demo-down` removes the demo.")


def _decided(acme: DemoTenant, globex: DemoTenant, keycloak: LocalKeycloak) -> list[Call]:
    with KeycloakAdministrator(
        keycloak.url, keycloak.admin_user, keycloak.admin_password, "acme"
    ) as administrator:
        audience = acme.url("456/production")
        scope = acme.document.protected_resources[0].authorization_servers[0].scopes_advertised[0]
        legacy = administrator.client("legacy-crm", audience)
        rogue = administrator.client("rogue", audience, scope=scope)
    with http_client(keycloak.url) as http:
        return list(calls(acme, globex, legacy, rogue, http))


def down(project: Project) -> bool:
    """Stop the demo's Keycloak and remove all files of the demo; return False if there were none."""
    if not directory(project).exists():
        return False
    with Steps() as report:
        LocalKeycloak(directory(project) / "keycloak").stop(report, purge=True)
    shutil.rmtree(directory(project))
    return True


def _tenant(scratch: ScratchProject, tenant: str, console: Console) -> DemoTenant:
    outputs = scratch.outputs(tenant, secrets=True)
    console.rule(f"Outputs of {tenant}")
    console.print("authority  ", outputs["authority"], style="bold", markup=False, highlight=False)
    table = Table("client", "client ID", title="clientIds", title_justify="left")
    for name, client_id in outputs["clientIds"].items():
        table.add_row(Text(name), Text(client_id))
    console.print(table)
    console.print("settings")
    console.print_json(outputs["settings"])
    return DemoTenant(SettingsDocument.from_json(outputs["settings"]), outputs["clientSecrets"])


def _table(decided: list[Call]) -> Table:
    table = Table("call", "answer", "error", "reason (for the log only)", "as expected")
    for call in decided:
        table.add_row(
            call.description,
            str(call.decision.status),
            call.decision.error or "",
            str(call.decision.reason),
            "yes" if call.as_expected else f"NO: {call.expected}",
        )
    return table
