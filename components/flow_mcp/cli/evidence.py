"""`flow-mcp evidence`: create and verify signed evidence for auditors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import click
from pydantic import ValidationError

from flow_mcp.cli.options import as_of_option, current_project, project_option, tenants_argument
from flow_mcp.common.counted import counted
from flow_mcp.common.progress import Steps
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.export import files
from flow_mcp.operations.export.collect import collect
from flow_mcp.review.diff.document import DiffDocument, digest_of
from flow_mcp.review.evidence import dsse, keys, show
from flow_mcp.review.evidence.errors import EvidenceError, NotVerifiedError
from flow_mcp.review.evidence.make import Declarations, statement
from flow_mcp.review.evidence.verify import Expected, verify
from flow_mcp.settings import SettingsEnvelope
from flow_mcp.settings.strict_json import validate_strictly

PASSPHRASE = "FLOW_MCP_EVIDENCE_PASSPHRASE"  # noqa: S105 the variable's name
"""Environment variable with the passphrase of the private key."""

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


class _PackUnlessNamed(click.Group):
    """A click group whose default command is `pack`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        is_command = first in self.commands or first in ctx.help_option_names
        return super().parse_args(ctx, args if is_command else ["pack", *args])


@click.group(
    cls=_PackUnlessNamed,
    epilog="\b\nExamples:\n"
    "  flow-mcp evidence acme --key evidence.pem --to acme.evidence.json\n"
    "  flow-mcp evidence verify acme.evidence.json --key evidence.pub\n\n"
    "The default command is pack.",
)
def command() -> None:
    """Create or verify evidence: declarations, changes, findings and settings in one signed file."""


@command.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp evidence pack --key evidence.pem --to all.json            all tenants\n"
    "  flow-mcp evidence acme --key evidence.pem --to acme.json --base v1.4\n"
    "  flow-mcp evidence acme --key evidence.pem --to acme.json --diff approved.json\n"
    "  flow-mcp evidence acme --key evidence.pem --to acme.json --settings /etc/flow/mcp-settings\n\n"
    "Exit codes: 0 packed and signed, 2 could not pack; 130 interrupted."
)
@tenants_argument
@project_option
@click.option("--key", "key_file", type=_file, required=True, help="Private key (PEM) for the signature.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Write the evidence to this file.",
)
@click.option("--base", metavar="REF", help="Include the changes since this git revision.")
@click.option(
    "--diff",
    "diff_file",
    type=_file,
    help="Include the changes from this output of `flow-mcp diff --format json`.",
)
@click.option(
    "--settings",
    "delivered",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Directory with the files of `flow-mcp export`, to use instead of the stacks' outputs.",
)
@as_of_option
def pack(
    tenants: tuple[str, ...],
    key_file: Path,
    to: Path,
    base: str | None,
    diff_file: Path | None,
    delivered: Path | None,
    as_of: date,
) -> None:
    """Pack declarations, changes, findings and settings, and sign them.

    Settings of another declaration are rejected. The passphrase of an encrypted key comes from
    FLOW_MCP_EVIDENCE_PASSPHRASE or from a prompt. No client secret is read.
    """
    if base and diff_file:
        raise click.UsageError("--base and --diff exclude each other: use one of them")
    signer = keys.signer(key_file, lambda: _passphrase(key_file))
    project = current_project()
    stacks = project.stack_files(tenants or project.stacks())
    if not stacks:
        raise NoProjectError(
            f"There is no tenant to pack: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml."
        )
    declarations = Declarations.read(project, stacks)
    diff = declarations.since(base, as_of) if base else _diff(diff_file)
    settings = _delivered(delivered) if delivered else _from_stacks(project, tuple(stacks))
    packed = statement(declarations, settings, diff, as_of)
    files.write(to, dsse.seal(packed.canonical_json(), signer).decode())
    note = "" if diff else "; without changes (--base or --diff includes them)"
    tenant_ids = ", ".join(tenant.tenant for tenant in packed.predicate.tenants)
    click.echo(f"{to}: {tenant_ids}, as of {as_of}{note}")
    click.echo(f"signed by the key {signer.public_key.keyid}")


@command.command(
    name="verify",
    epilog="\b\nExamples:\n"
    "  flow-mcp evidence verify acme.json --key evidence.pub\n"
    "  flow-mcp evidence verify acme.json --key evidence.pub --tenant acme --settings out/acme.json\n"
    "  flow-mcp evidence verify acme.json --key evidence.pub --json    for a program\n\n"
    "Exit codes: 0 verified, 1 not verified, 2 could not run.",
)
@click.argument("file", type=_file)
@click.option(
    "--key",
    "key_files",
    type=_file,
    required=True,
    multiple=True,
    help="Public key (PEM). Repeatable; a signature by each key is required.",
)
@click.option("--tenant", "tenants", multiple=True, help="Require this tenant in the evidence.")
@click.option(
    "--settings",
    type=_file,
    multiple=True,
    help="Require these settings: a file of `flow-mcp export`, or a settings document.",
)
@click.option("--declaration", "declarations", type=_file, multiple=True, help="Require this tenant's file.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify_command(
    file: Path,
    key_files: tuple[Path, ...],
    tenants: tuple[str, ...],
    settings: tuple[Path, ...],
    declarations: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """Verify evidence, and show its content.

    The command needs neither Pulumi nor the project. The content is used and shown only after the signature
    was verified.
    """
    public = [keys.public_key(key_file) for key_file in key_files]
    expected = Expected(
        tenants,
        {str(path): _read(path) for path in settings},
        {str(path): _read(path) for path in declarations},
    )
    try:
        verified = verify(_read(file), public, expected)
    except NotVerifiedError as error:
        if as_json:
            click.echo(json.dumps({"verified": False, "reason": str(error)}, indent=2))
        raise NotVerifiedError(f"{file} is not verified: {error}") from None
    if as_json:
        click.echo(json.dumps(show.as_json(verified), indent=2))
    else:
        click.echo("\n".join(show.lines(verified)))


def _passphrase(key_file: Path) -> str:
    if PASSPHRASE in os.environ:
        return os.environ[PASSPHRASE]
    if not sys.stdin.isatty():
        raise EvidenceError(f"{key_file} is encrypted. Set {PASSPHRASE} to its passphrase.")
    passphrase: str = click.prompt(f"Passphrase of {key_file}", hide_input=True, err=True)
    return passphrase


def _diff(file: Path | None) -> DiffDocument | None:
    if file is None:
        return None
    try:
        diff = validate_strictly(DiffDocument, _read(file))
    except ValidationError as error:
        raise EvidenceError(
            f"{file} is not an output of `flow-mcp diff --format json`: {dsse.first_problem(error)}"
        ) from None
    if diff.digest != digest_of(diff):
        raise EvidenceError(f"{file} was changed: its digest does not match its content")
    return diff


def _from_stacks(project: Project, stacks: Sequence[str]) -> Callable[[str, str], SettingsEnvelope]:
    with Steps() as report:
        report(f"Reading {counted(len(stacks), 'stack')}")
        collected, _ = collect(Stacks.of(project), stacks, named=True, report=report.detail)
    envelopes = {stack.stack: stack.envelope(None) for stack in collected}
    return lambda stack, _: envelopes[stack]


def _delivered(directory: Path) -> Callable[[str, str], SettingsEnvelope]:
    def read(_: str, tenant: str) -> SettingsEnvelope:
        file = directory / f"{tenant}.json"
        try:
            envelope = SettingsEnvelope.from_json(_read(file))
            envelope.document()
        except ValueError as error:
            reason = dsse.first_problem(error) if isinstance(error, ValidationError) else terminal(str(error))
            raise EvidenceError(f"{file} is not a settings file of `flow-mcp export`: {reason}") from None
        return envelope

    return read


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(dsse.MAXIMUM_BYTES + 1)
    except OSError as error:
        raise EvidenceError(f"{file} cannot be read: {error.strerror or error}") from None
