"""`flow-mcp export`: deliver settings documents to the Flow runtime."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

import click

from flow_mcp.cli.options import current_project, project_option, tenants_argument
from flow_mcp.common.counted import counted
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
    "  flow-mcp export --to /etc/flow/mcp-settings        a file <tenant>.json for each tenant\n"
    "  flow-mcp export --to settings acme globex          two tenants\n"
    "  flow-mcp export --format configmap | kubectl apply -f -\n"
    "  flow-mcp export --format bundle --to bundle.json   one file for all tenants\n"
    "  flow-mcp export acme --to settings --secrets-to acme-secrets.json\n\n"
    "Exit codes: 0 delivered, 2 could not deliver; 130 interrupted."
)
@tenants_argument
@project_option
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="Directory for files; file for configmap and bundle, whose default is standard output.",
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
    help="Remove the files of tenants without a stack; only with --format files and all tenants.",
)
@click.option(
    "--secrets-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write client IDs and secrets to this file, with mode 0600. Without it, no secret is read.",
)
@click.option(
    "--secrets-format",
    type=click.Choice(["json", "kubernetes-secret"]),
    default="json",
    show_default=True,
    help="Format of --secrets-to.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON; requires --to.")
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
    """Deliver tenants' settings from their stacks' outputs.

    Each tenant's settings are in an envelope with a digest and a revision. The revision is the number of the
    stack's update in which the settings last changed, so unchanged settings are not written again. Files are
    replaced atomically.
    """
    if to is None and (form == "files" or as_json):
        raise click.UsageError("--to is missing. Name " + ("a directory." if form == "files" else "a file."))
    if prune and (form != "files" or tenants):
        raise click.UsageError("--prune requires --format files and no tenant names")
    project = current_project()
    names = tuple(project.stack_files(tenants or project.stacks()))
    stacks = Stacks.of(project)
    with Steps() as report:
        report(f"Reading {counted(len(names), 'stack')}")
        collected, missing = collect(stacks, names, named=bool(tenants), report=report.detail)
        text = None
        if secrets_to:
            report("Decrypting client secrets")
            text = credentials(stacks, collected, secrets_format)
    if prune and missing:
        raise ExportError(
            f"Nothing is pruned: these stacks have no settings, perhaps because of a wrong backend: "
            f"{', '.join(missing)}. Run `pulumi up` for them, or remove their files from stacks/."
        )
    if secrets_to and text is not None:
        files.write(secrets_to, text, files.PRIVATE)
    delivered = _deliver(collected, form, to)
    stale = _stale(delivered, missing, to) if form == "files" and not tenants else []
    if prune:
        for path in stale:
            path.unlink()
    for stack in missing:
        click.echo(
            f"Skipped the stack {stack}: it has no settings yet. Run `pulumi up --stack {stack}`.", err=True
        )
    if as_json:
        click.echo(json.dumps(_summary(delivered, missing, stale, prune=prune), indent=2))
    else:
        _print_summary(delivered, stale, prune=prune)


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


def _stale(delivered: list[Delivered], missing: list[str], to: Path | None) -> list[Path]:
    """Return the files of tenants without a stack. A stack without settings keeps its file."""
    return deliver.stale(to, {item.envelope.tenant for item in delivered} | set(missing)) if to else []


def _summary(
    delivered: list[Delivered], missing: list[str], stale: list[Path], *, prune: bool
) -> dict[str, object]:
    return {
        "tenants": [
            {
                "tenant": item.envelope.tenant,
                "stack": item.stack,
                "revision": item.envelope.revision,
                "digest": item.envelope.digest,
                "changed": item.changed,
            }
            for item in delivered
        ],
        "notApplied": missing,
        "removed" if prune else "stale": [str(path) for path in stale],
    }


def _print_summary(delivered: list[Delivered], stale: list[Path], *, prune: bool) -> None:
    # On standard error, because standard output may have the settings.
    for item in delivered:
        state = "changed" if item.changed else "unchanged"
        click.echo(f"{item.envelope.tenant}: revision {item.envelope.revision}, {state}", err=True)
    for path in stale:
        note = "removed" if prune else "kept, although its tenant has no stack (--prune removes it)"
        click.echo(f"{path}: {note}", err=True)
    changed = sum(item.changed for item in delivered)
    click.echo(f"{len(delivered)} delivered, {changed} changed", err=True)
