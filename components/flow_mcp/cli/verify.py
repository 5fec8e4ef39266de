"""`flow-mcp verify`: does a live tenant work, and if not, why?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
from pydantic import ValidationError
from rich.console import Console

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.progress import Steps
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import StackError, Stacks
from flow_mcp.operations.verify.check import Result
from flow_mcp.operations.verify.client_key import ClientKey
from flow_mcp.operations.verify.report import Verification, counts, lines
from flow_mcp.operations.verify.report import as_json as in_json
from flow_mcp.operations.verify.run import run
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import Web
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

_COULD_NOT_RUN = 2
_WIDTH = 150


class SettingsError(FlowMcpError):
    """The settings to verify cannot be read."""

    exit_code = _COULD_NOT_RUN


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp verify                      every tenant\n"
    "  flow-mcp verify acme --mcp-server    this one, and its MCP servers must answer\n"
    "  flow-mcp verify acme --metadata-document https://claude.ai/oauth/client.json\n"
    "  flow-mcp verify --settings acme.json without Pulumi and without secrets\n"
    "  flow-mcp verify acme --key signer=signer.pem\n"
    "  flow-mcp verify --json               for a pipeline\n\n"
    "Exit codes: 0 nothing failed (warnings allowed), 1 a check failed, 2 could not run; 130 interrupted."
)
@click.argument("tenants", nargs=-1, metavar="[TENANT]...")
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Settings document or envelope to verify, instead of stacks.",
)
@click.option("--metadata-document", metavar="URL", help="A client's metadata document to try (CIMD).")
@click.option("--mcp-server", is_flag=True, help="The MCP servers must answer; else they may be unreachable.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="CLIENT=FILE",
    help="Private key (PEM) of a client that signs its requests, to ask for its tokens too. Repeatable.",
)
@click.option("--all", "everything", is_flag=True, help="List passed and skipped checks too.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(
    tenants: tuple[str, ...],
    file: Path | None,
    metadata_document: str | None,
    keys: tuple[str, ...],
    *,
    mcp_server: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Go through live tenants as their clients would, and say what does not work and why.

    Where registration is open, clients are registered for a moment and deleted again; nothing else is
    changed. Tokens are fetched with the stacks' own client secrets, and with the keys given; no secret, no
    key and no token is shown.
    With KEYCLOAK_USER and KEYCLOAK_PASSWORD set, what Keycloak has registered is compared with the
    declaration.
    """
    if file and tenants:
        raise click.UsageError("--settings goes without tenants' names")
    if keys and not file and len(tenants) != 1:
        raise click.UsageError(
            "--key goes with one tenant, or with --settings: it is a client's of that tenant"
        )
    options = _Options(metadata_document, mcp_server, dict(map(_client_key, keys)))
    with Steps() as report:
        verified, broken = _verify(tenants, file, options, report)
    done = list(verified.values())
    _show(done, broken, everything=everything, as_json=as_json)
    if any(counts(each.results)["fail"] for each in done):
        raise SystemExit(1)
    if broken:
        raise SystemExit(_COULD_NOT_RUN)


def failures(stacks: Sequence[str], report: Steps) -> dict[str, str]:
    """Verify tenants, and say by stack what failed or why it could not be verified."""
    verified, broken = _verify(tuple(stacks), None, _Options(None, mcp_server=False, client_keys={}), report)
    found = dict(broken)
    for stack, verification in verified.items():
        failed = [each for each in verification.results if each.status == "fail"]
        if failed:
            first = failed[0]
            found[stack] = f"{len(failed)} checks failed, first {first.check.id} {first.check.title}"
    return found


def _verify(
    tenants: tuple[str, ...], file: Path | None, options: _Options, report: Steps
) -> tuple[dict[str, Verification], list[tuple[str, str]]]:
    """Verify tenants, by name; and which could not be, with the reason."""
    web, done, broken = Web(), {}, []
    try:
        for name, prepare in _tenants(tenants, file):
            report(f"Verifying {name}")
            began = datetime.now(UTC)
            try:
                targets = list(prepare(web, options))
            except (StackError, SettingsError) as error:
                broken.append((name, str(error)))
                continue
            results: list[Result] = []
            for target in targets:
                results += run(target, report.detail)
                target.close()
            done[name] = Verification(targets[0].settings.tenant, began, results)
    finally:
        web.close()
    return done, broken


class _Options(NamedTuple):
    metadata_document: str | None
    mcp_server: bool
    client_keys: Mapping[str, ClientKey]


_Prepare = Callable[[Web, _Options], Iterator[Target]]


def _client_key(given: str) -> tuple[str, ClientKey]:
    name, equals, file = given.partition("=")
    if not (name and equals and file):
        raise click.UsageError(f"--key {given}: it is CLIENT=FILE")
    return name, ClientKey.read(Path(file))


def _tenants(tenants: tuple[str, ...], file: Path | None) -> Iterator[tuple[str, _Prepare]]:
    if file:
        yield (
            str(file),
            lambda web, options: _targets(
                _read(file), "without the tenant's file: --settings", _no_secrets, web, options
            ),
        )
        return
    project = Project.find()
    files = project.stack_files(tenants or project.stacks())
    stacks = Stacks.of(project)
    for stack, stack_file in files.items():

        def prepare(
            web: Web, options: _Options, stack: str = stack, stack_file: Path = stack_file
        ) -> Iterator[Target]:
            declaration = _declaration(project, stack_file)
            text = stacks.settings(stack)
            yield from _targets(
                _parsed(text, stack), declaration, lambda: stacks.client_secrets(stack), web, options
            )

        yield stack, prepare


def _targets(
    settings: SettingsDocument,
    declaration: Declaration | str,
    secrets: Callable[[], Mapping[str, str]],
    web: Web,
    options: _Options,
) -> Iterator[Target]:
    servers = settings.authorization_servers
    signing = {c.name for at in servers for c in at.clients if c.authentication == "private-key-jwt"}
    if unknown := sorted(set(options.client_keys) - signing):
        raise SettingsError(
            f"--key {unknown[0]}: {settings.tenant} has no such client with private-key-jwt, but "
            f"{', '.join(sorted(signing)) or 'none at all'}"
        )
    for server in servers:
        yield Target(settings, server, web, declaration, secrets, *options, environment=os.environ)


def _no_secrets() -> Mapping[str, str]:
    raise SkipError("client secrets are in the stack; --settings does not read it")


def _declaration(project: Project, file: Path) -> Declaration | str:
    try:
        return from_file(file, instance_of(project.file)).declaration
    except DeclarationError:
        return f"{file} is refused; `flow-mcp check` says why"


def _read(file: Path) -> SettingsDocument:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    try:
        return SettingsEnvelope.from_json(text).document()
    except ValueError:
        return _parsed(text, str(file))


def _parsed(text: str, where: str) -> SettingsDocument:
    try:
        return SettingsDocument.from_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{where} holds no settings document of version 1: {place} {first['msg']}"
        ) from None


def _show(
    done: list[Verification], broken: list[tuple[str, str]], *, everything: bool, as_json: bool
) -> None:
    for name, why in broken:
        click.echo(f"flow-mcp: {name} was not verified: {why}", err=True)
    if as_json:
        document = {
            "tenants": [in_json(each) for each in done],
            "notVerified": [{"tenant": name, "reason": why} for name, why in broken],
        }
        click.echo(json.dumps(document, indent=2))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WIDTH, highlight=False)
    # Tenants that something failed at come first.
    for each in sorted(done, key=lambda tenant: not counts(tenant.results)["fail"]):
        for line in lines(each, everything=everything):
            console.print(line)
