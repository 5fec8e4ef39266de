"""`flow-mcp rotate`: give a client a new secret or key while the previous one stays valid."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_completion
from flow_mcp.common.exit_codes import NEEDS_APPROVAL, OK
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import plain
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.rotate.credential import credential
from flow_mcp.operations.rotate.decide import Request, Step, decide
from flow_mcp.operations.rotate.errors import RotateError
from flow_mcp.operations.rotate.places import FORMS, target
from flow_mcp.operations.rotate.record import record

_MAX_CERTIFICATE_BYTES = 64 * 1024


@dataclass(frozen=True)
class _Tenant:
    """A tenant's file and its declaration."""

    project: Project
    stack: str
    file: Path
    loaded: Loaded


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp rotate acme nightly-agent           start: both secrets are valid after pulumi up\n"
    "  flow-mcp rotate acme nightly-agent --to file:agent.json    hand the new secret over\n"
    "  flow-mcp rotate acme nightly-agent --finish  end the previous secret, with the next pulumi up\n"
    "  flow-mcp rotate --due --as-of 2026-11-30     what is due in all tenants; for a pipeline\n"
    "  flow-mcp rotate acme importer --certificate new.pem\n\n"
    "Exit codes: 0 recorded, handed over, or nothing to do, 2 could not rotate, 3 a rotation would have a "
    "gap and needs --allow-gap; 130 interrupted."
)
@click.argument("tenant", required=False, shell_complete=tenants_completion)
@click.argument("client", required=False)
@project_option
@click.option("--due", is_flag=True, help="Start only what is due, and finish overlaps that have ended.")
@click.option("--finish", is_flag=True, help="End the previous secret or key.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="New certificate (PEM) of a client with privateKeyJwt.",
)
@click.option(
    "--allow-gap",
    is_flag=True,
    help="Start although the client cannot get tokens until it has its new secret.",
)
@click.option(
    "--to",
    metavar="PLACE",
    help=f"Hand the present secret over instead: {', '.join(form for form, _ in FORMS.values())}.",
)
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    tenant: str | None,
    client: str | None,
    certificate: Path | None,
    to: str | None,
    as_of: date,
    *,
    due: bool,
    finish: bool,
    allow_gap: bool,
    as_json: bool,
) -> None:
    """Rotate clients' secrets and keys without an outage.

    The command records a rotation in the tenant's file; `pulumi up` applies it. Until the rotation is
    finished, the new and the previous credential are valid. Without CLIENT it rotates all clients that
    declare secret, and with --due alone those of all tenants. No secret is ever printed.
    """
    if sum((due, finish, certificate is not None, to is not None)) > 1:
        raise click.UsageError("--due, --finish, --certificate and --to exclude each other")
    if client is None and (certificate or to):
        raise click.UsageError("--certificate and --to need a CLIENT")
    if tenant is None and not due:
        raise click.UsageError("name a TENANT, or use --due for all tenants")
    project = current_project()
    tenants = [_tenant(project, stack) for stack in ((tenant,) if tenant else project.stacks())]
    if to and client:
        _hand_over(tenants[0], client, to, as_json=as_json)
        return
    pem = _pem(certificate) if certificate else None
    request = Request(client, as_of, due, finish, allow_gap, pem)
    # All files are read, and all steps decided, before the first file is written.
    steps_of = {chosen.stack: decide(chosen.loaded.declaration, request) for chosen in tenants}
    listed = []
    for chosen in tenants:
        steps = steps_of[chosen.stack]
        changed = record(project, chosen.loaded, chosen.file, steps)
        listed.append(_document(chosen.stack, steps, changed=changed))
        if not as_json:
            _print(chosen, steps, changed=changed)
    if as_json:
        click.echo(json.dumps({"asOf": as_of.isoformat(), "tenants": listed}, indent=2))
    refused = any(step.action == "refused" for steps in steps_of.values() for step in steps)
    raise SystemExit(NEEDS_APPROVAL if refused else OK)


def _tenant(project: Project, stack: str) -> _Tenant:
    file = project.stack_file(stack)
    return _Tenant(project, stack, file, from_file(file, instance_of(project.file)))


def _hand_over(chosen: _Tenant, client: str, to: str, *, as_json: bool) -> None:
    deliver = target(to)
    with Steps() as report:
        report(f"Reading the secret of {client} from the stack {chosen.stack}")
        stacks = Stacks.of(chosen.project)
        present = credential(stacks, chosen.stack, chosen.loaded.declaration, client)
        report(f"Handing it over to {plain(to)}")
        changed = deliver(present)
    if as_json:
        result = {"tenant": chosen.stack, "client": client, "to": to, "changed": changed}
        click.echo(json.dumps(result, indent=2))
    else:
        click.echo(f"{client}: {plain(to)} {'has the present secret' if changed else 'is unchanged'}")


def _pem(file: Path) -> str:
    try:
        pem = file.read_bytes()[:_MAX_CERTIFICATE_BYTES].decode("ascii")
    except UnicodeDecodeError:
        raise RotateError(f"{file} is not a certificate in PEM.") from None
    if "PRIVATE KEY" in pem:
        raise RotateError(f"{file} contains a private key. Give only the certificate.")
    return pem.strip() + "\n"


def _document(tenant: str, steps: Sequence[Step], *, changed: bool) -> dict[str, object]:
    listed = [{"client": step.client, "action": step.action, "reason": step.reason} for step in steps]
    return {"tenant": tenant, "changed": changed, "clients": listed}


def _print(chosen: _Tenant, steps: Sequence[Step], *, changed: bool) -> None:
    for step in steps:
        click.echo(f"{chosen.stack}: {step.client}: {step.action}. {step.reason}")
    if not steps:
        click.echo(f"{chosen.stack}: No client declares a rotation.")
    if changed:
        click.echo(f"{chosen.file.relative_to(chosen.project.directory)} was changed. Apply it:")
        click.echo(f"  pulumi up --stack {chosen.stack}")
