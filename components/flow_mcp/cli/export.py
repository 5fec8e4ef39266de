"""`flow-mcp export`: settings documents, to where the Flow runtime reads them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

import click

from flow_mcp.cli.options import current_project, project_option, tenants_argument
from flow_mcp.common.progress import Steps
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.export import deliver, files
from flow_mcp.operations.export.collect import Collected, collect
from flow_mcp.operations.export.credentials import SecretsFormat, credentials
from flow_mcp.operations.export.deliver import Delivered
from flow_mcp.operations.export.errors import ExportError

ExportFormat = Literal["files", "configmap", "bundle"]


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp export --to /etc/flow/mcp-settings        a file <tenant>.json each\n"
    "  flow-mcp export --to settings acme globex          these two\n"
    "  flow-mcp export --format configmap | kubectl apply -f -\n"
    "  flow-mcp export --format bundle --to bundle.json   all in one file\n"
    "  flow-mcp export acme --to settings --secrets-to acme-secrets.json\n\n"
    "Exit codes: 0 delivered, 2 could not; 130 interrupted."
)
@tenants_argument
@project_option
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="Directory (files) or file (configmap, bundle; left out: standard output).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["files", "configmap", "bundle"]),
    default="files",
    show_default=True,
    help="Envelope files, Kubernetes ConfigMaps (YAML), or one JSON bundle with digests.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="With files and all tenants: remove the files of tenants that have no stack any more.",
)
@click.option(
    "--secrets-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write client IDs and secrets to this file too, mode 0600; without it no secret is read.",
)
@click.option(
    "--secrets-format",
    type=click.Choice(["json", "kubernetes-secret"]),
    default="json",
    show_default=True,
    help="What --secrets-to holds.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON; needs --to.")
def command(
    tenants: tuple[str, ...],
    to: Path | None,
    form: ExportFormat,
    secrets_to: Path | None,
    secrets_format: SecretsFormat,
    *,
    prune: bool,
    as_json: bool,
) -> None:
    """Deliver the settings of tenants, read from their stacks' outputs.

    Each tenant's settings travel in an envelope with a digest and a revision. The revision is the number of
    the stack's update; it is raised only when the settings change, so what is delivered already is not
    written again. Files appear whole or not at all.
    """
    if to is None and (form == "files" or as_json):
        raise click.UsageError("--to is missing: " + ("a directory" if form == "files" else "a file"))
    if prune and (form != "files" or tenants):
        raise click.UsageError("--prune goes with --format files and without tenants' names")
    project = current_project()
    names = tuple(project.stack_files(tenants or project.stacks()))
    stacks = Stacks.of(project)
    with Steps() as report:
        report(f"Reading {len(names)} {'stack' if len(names) == 1 else 'stacks'}")
        collected, missing = collect(stacks, names, named=bool(tenants), report=report.detail)
        text = None
        if secrets_to:
            report("Decrypting client secrets")
            text = credentials(stacks, collected, secrets_format)
    if prune and missing:
        raise ExportError(
            f"without settings: {', '.join(missing)}; nothing is pruned, for this could be the wrong "
            "backend. Apply these stacks, or remove their files from stacks/ if they are gone"
        )
    if secrets_to and text is not None:
        files.write(secrets_to, text, files.PRIVATE)
    delivered = _deliver(collected, form, to)
    gone = _gone(delivered, missing, to) if form == "files" and not tenants else []
    if prune:
        for path in gone:
            path.unlink()
    for stack in missing:
        click.echo(f"left out: the stack {stack} has no settings yet (`pulumi up --stack {stack}`)", err=True)
    if as_json:
        click.echo(json.dumps(_summary(delivered, missing, gone, prune=prune), indent=2))
    else:
        _tell(delivered, gone, prune=prune)


def _deliver(collected: list[Collected], form: ExportFormat, to: Path | None) -> list[Delivered]:
    if form == "files" and to:
        return deliver.as_files(collected, to)
    make = deliver.as_config_maps if form == "configmap" else deliver.as_bundle
    text, delivered = make(collected, files.read(to) if to else None)
    if to:
        files.write(to, text)
    else:
        sys.stdout.write(text)
    return delivered


def _gone(delivered: list[Delivered], missing: list[str], to: Path | None) -> list[Path]:
    """Files of tenants that have no stack any more. A stack that is not applied yet keeps its file."""
    return deliver.stale(to, {each.envelope.tenant for each in delivered} | set(missing)) if to else []


def _summary(
    delivered: list[Delivered], missing: list[str], gone: list[Path], *, prune: bool
) -> dict[str, object]:
    return {
        "tenants": [
            {
                "tenant": each.envelope.tenant,
                "stack": each.stack,
                "revision": each.envelope.revision,
                "digest": each.envelope.digest,
                "changed": each.changed,
            }
            for each in delivered
        ],
        "notApplied": missing,
        "removed" if prune else "stale": [str(path) for path in gone],
    }


def _tell(delivered: list[Delivered], gone: list[Path], *, prune: bool) -> None:
    # On standard error: standard output may be what is delivered.
    for each in delivered:
        state = "changed" if each.changed else "as before"
        click.echo(f"{each.envelope.tenant}: revision {each.envelope.revision}, {state}", err=True)
    for path in gone:
        note = "removed" if prune else "left, of a tenant without a stack (--prune removes it)"
        click.echo(f"{path}: {note}", err=True)
    changed = sum(each.changed for each in delivered)
    click.echo(f"{len(delivered)} delivered, {changed} changed", err=True)
