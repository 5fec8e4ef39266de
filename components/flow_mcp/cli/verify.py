"""`flow-mcp verify`: verify live tenants with the requests of their clients."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
from pydantic import ValidationError

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.options import current_project, project_option, table_console, tenants_argument
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.progress import Steps
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import CLIENT_SECRETS, OTHER_CLIENT_SECRETS, StackError, Stacks
from flow_mcp.operations.verify.check import Result
from flow_mcp.operations.verify.client_key import ClientKey
from flow_mcp.operations.verify.client_token import ClientToken
from flow_mcp.operations.verify.report import Verification, counts, lines
from flow_mcp.operations.verify.report import as_json as in_json
from flow_mcp.operations.verify.run import run
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import Web
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

_COULD_NOT_RUN = 2


class SettingsError(FlowMcpError):
    """The settings to verify cannot be read."""

    exit_code = _COULD_NOT_RUN


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp verify                      all tenants\n"
    "  flow-mcp verify acme --mcp-server    one tenant, whose MCP servers must answer\n"
    "  flow-mcp verify acme --metadata-document https://claude.ai/oauth/client.json\n"
    "  flow-mcp verify --settings acme.json without Pulumi and without secrets\n"
    "  flow-mcp verify acme --key signer=signer.pem\n"
    "  flow-mcp verify acme --token nightly-agent=job.jwt\n"
    "  flow-mcp verify acme --assertion assistant=ada.jwt\n"
    "  flow-mcp verify --json               for a pipeline\n\n"
    "Exit codes: 0 no check failed (warnings allowed), 1 a check failed, 2 could not run; 130 interrupted."
)
@tenants_argument
@project_option
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Verify this settings document or envelope instead of stacks.",
)
@click.option(
    "--metadata-document", metavar="URL", help="Test the registration of this client ID metadata document."
)
@click.option("--mcp-server", is_flag=True, help="Fail if the MCP servers do not answer.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="CLIENT=FILE",
    help="Private key (PEM) of a client with private key JWT, to request its tokens. Repeatable.",
)
@click.option(
    "--token",
    "tokens",
    multiple=True,
    metavar="CLIENT=FILE",
    help="Another issuer's token (JWT) of a client with a federated credential. Repeatable.",
)
@click.option(
    "--assertion",
    "assertions",
    multiple=True,
    metavar="CLIENT=FILE",
    help="Identity assertion (ID-JAG) for the client to redeem; it is valid once. Repeatable.",
)
@click.option("--all", "everything", is_flag=True, help="Also list passed and skipped checks.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(
    tenants: tuple[str, ...],
    file: Path | None,
    metadata_document: str | None,
    keys: tuple[str, ...],
    tokens: tuple[str, ...],
    assertions: tuple[str, ...],
    *,
    mcp_server: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Verify live tenants with the requests of their clients, and show what fails and why.

    If registration is open, clients are registered and deleted again; nothing else is changed. Tokens are
    requested with the stacks' client secrets and with the given keys and tokens. No secret, key or token is
    shown. With the credentials of a Keycloak administrator in the environment, the clients in Keycloak are
    compared with the declaration.
    """
    if file and tenants:
        raise click.UsageError("--settings and tenant names exclude each other")
    for option, values in (("key", keys), ("token", tokens), ("assertion", assertions)):
        if values and not file and len(tenants) != 1:
            raise click.UsageError(
                f"--{option} requires exactly one tenant, or --settings: "
                f"the {option} belongs to the tenant's client"
            )
    options = _Options(
        metadata_document,
        mcp_server,
        {name: ClientKey.read(path) for name, path in _files("key", keys)},
        {name: ClientToken.read(path) for name, path in _files("token", tokens)},
        {name: ClientToken.read(path) for name, path in _files("assertion", assertions)},
    )
    with Steps() as report:
        verified, broken = _verify(tenants, file, options, report)
    done = list(verified.values())
    _show(done, broken, everything=everything, as_json=as_json)
    if any(counts(verification.results)["fail"] for verification in done):
        raise SystemExit(1)
    if broken:
        raise SystemExit(_COULD_NOT_RUN)


def failures(stacks: Sequence[str], report: Steps) -> dict[str, str]:
    """Verify tenants, and return by stack which checks failed or why it could not be verified."""
    verified, broken = _verify(tuple(stacks), None, _NO_OPTIONS, report)
    reasons = dict(broken)
    for stack, verification in verified.items():
        failed = [result for result in verification.results if result.status == "fail"]
        if failed:
            first = failed[0].check
            reasons[stack] = f"{len(failed)} checks failed, the first is {first.id} {first.title}"
    return reasons


def _verify(
    tenants: tuple[str, ...], file: Path | None, options: _Options, report: Steps
) -> tuple[dict[str, Verification], list[tuple[str, str]]]:
    """Verify tenants; return the verifications by name, and the reasons of those that failed to run."""
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
    client_tokens: Mapping[str, ClientToken]
    assertions: Mapping[str, ClientToken]


_NO_OPTIONS = _Options(None, mcp_server=False, client_keys={}, client_tokens={}, assertions={})

_Prepare = Callable[[Web, _Options], Iterator[Target]]


def _files(option: str, values: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Yield the client and the file of each value of an option."""
    for value in values:
        name, equals, file = value.partition("=")
        if not (name and equals and file):
            raise click.UsageError(f"--{option} {value} is not of the form CLIENT=FILE")
        yield name, Path(file)


def _tenants(tenants: tuple[str, ...], file: Path | None) -> Iterator[tuple[str, _Prepare]]:
    if file:
        yield (
            str(file),
            lambda web, options: _targets(
                _read(file), "--settings does not read the tenant's file", _no_secrets, web, options
            ),
        )
        return
    project = current_project()
    files = project.stack_files(tenants or project.stacks())
    stacks = Stacks.of(project)
    for stack, stack_file in files.items():

        def prepare(
            web: Web, options: _Options, stack: str = stack, stack_file: Path = stack_file
        ) -> Iterator[Target]:
            declaration = _declaration(project, stack_file)
            text = stacks.settings(stack)
            yield from _targets(
                _parsed(text, stack),
                declaration,
                lambda output: stacks.client_secrets(stack, output),
                web,
                options,
            )

        yield stack, prepare


def _targets(
    settings: SettingsDocument,
    declaration: Declaration | str,
    secrets: Callable[[str], Mapping[str, str]],
    web: Web,
    options: _Options,
) -> Iterator[Target]:
    servers = settings.authorization_servers
    clients = [client for server in servers for client in server.clients]
    for option, given, having in (
        ("key", options.client_keys, "private-key-jwt"),
        ("token", options.client_tokens, "federated"),
        ("assertion", options.assertions, "identity assertions"),
    ):
        suitable = sorted(
            client.name
            for client in clients
            if client.authentication == having or (option == "assertion" and client.identity_assertion)
        )
        if unknown := sorted(set(given) - set(suitable)):
            raise SettingsError(
                f"--{option} {unknown[0]}: {settings.tenant} has no such client with {having}. "
                f"Its clients with {having}: {', '.join(suitable) or 'none'}."
            )
    for server, output in zip(servers, (CLIENT_SECRETS, OTHER_CLIENT_SECRETS), strict=False):
        of_server = partial(secrets, output)
        elsewhere = {other.authority for other in servers} - {server.authority}
        own = options._replace(
            client_tokens=_not_for(options.client_tokens, elsewhere),
            assertions=_not_for(options.assertions, elsewhere),
        )
        yield Target(settings, server, web, declaration, of_server, environment=os.environ, **own._asdict())


def _not_for(tokens: Mapping[str, ClientToken], authorities: set[str]) -> dict[str, ClientToken]:
    """Return the tokens that are for none of these servers: another server could use them there."""
    return {name: token for name, token in tokens.items() if authorities.isdisjoint(token.audiences)}


def _no_secrets(output: str) -> Mapping[str, str]:
    del output
    raise SkipError("--settings does not read client secrets from the stack")


def _declaration(project: Project, file: Path) -> Declaration | str:
    try:
        return from_file(file, instance_of(project.file)).declaration
    except DeclarationError:
        return f"{file} is invalid; run `flow-mcp check` for its problems"


def _read(file: Path) -> SettingsDocument:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    try:
        return SettingsEnvelope.from_json(text).document()
    except ValueError:
        return _parsed(text, str(file))


def _parsed(text: str, source: str) -> SettingsDocument:
    try:
        return SettingsDocument.from_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{source} has no settings document of version 1: {path} {first['msg']}"
        ) from None


def _show(
    done: list[Verification], broken: list[tuple[str, str]], *, everything: bool, as_json: bool
) -> None:
    for name, reason in broken:
        click.echo(f"flow-mcp: {name} was not verified: {reason}", err=True)
    if as_json:
        document = {
            "tenants": [in_json(verification) for verification in done],
            "notVerified": [{"tenant": name, "reason": reason} for name, reason in broken],
        }
        click.echo(json.dumps(document, indent=2))
        return
    console = table_console()
    # Tenants with failures come first.
    for verification in sorted(done, key=lambda item: not counts(item.results)["fail"]):
        for line in lines(verification, everything=everything):
            console.print(line)
