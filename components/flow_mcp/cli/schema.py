"""`flow-mcp schema`: the published JSON Schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.cli.options import current_project, project_option
from flow_mcp.common.json_schema import schema_text
from flow_mcp.review.diff.document import diff_schema
from flow_mcp.review.evidence.schema import evidence_schema
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.schema import configuration_schema
from flow_mcp.review.report.document import report_schema
from flow_mcp.runtime.vectors.model import vectors_schema
from flow_mcp.settings.schema import envelope_schema, settings_schema


def _policy_configuration() -> dict[str, Any]:
    """Of the project's own pack: its rules say what may be configured."""
    return configuration_schema(Pack.load(current_project().policies).rules)


_SCHEMAS = {
    "stack": stack_schema,
    "settings": settings_schema,
    "envelope": envelope_schema,
    "diff": diff_schema,
    "evidence": evidence_schema,
    "report": report_schema,
    "vectors": vectors_schema,
    "policy-configuration": _policy_configuration,
}


@click.command(
    epilog="\b\nExamples:\n  flow-mcp schema                        a stack's file, to standard output\n"
    "  flow-mcp schema settings               the settings document\n"
    "  flow-mcp schema envelope               the file in which it is delivered\n"
    "  flow-mcp schema diff                   what `flow-mcp diff --json` tells\n"
    "  flow-mcp schema evidence               what `flow-mcp evidence` signs\n"
    "  flow-mcp schema policy-configuration   policies/configuration.json\n"
    "  flow-mcp schema report                 what `flow-mcp report --json` writes\n"
    "  flow-mcp schema vectors                the test vectors for runtimes\n"
    "  flow-mcp schema --write docs/schemas   all, as files\n"
    "  flow-mcp schema stack --write schemas  one, as a file\n\n"
    "Exit codes: 0 done, 1 a file is not up to date (--check), 2 could not run."
)
@project_option
@click.argument("which", type=click.Choice(sorted(_SCHEMAS)), required=False)
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIRECTORY",
    help="Write all, or the one that is named, as files instead; an unchanged file is not touched.",
)
@click.option(
    "--check",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIRECTORY",
    help="Exit with 1 if the files there are not what would be written.",
)
def command(which: str | None, write: Path | None, check: Path | None) -> None:
    """Show the JSON Schema of a stack's file, of the settings document, its envelope or the test vectors."""
    names = [which] if which else sorted(_SCHEMAS)
    if check is not None:
        stale = [file for name in names if not _current(file := _file(check, name), name)]
        named = f"{which} " if which else ""
        for file in stale:
            click.echo(f"{file} is not up to date; run flow-mcp schema {named}--write {check}", err=True)
        raise SystemExit(1 if stale else 0)
    if write is None:
        click.echo(_text(which or "stack"), nl=False)
        return
    write.mkdir(parents=True, exist_ok=True)
    for name in names:
        file = _file(write, name)
        if not _current(file, name):
            file.write_text(_text(name), encoding="utf-8")
            click.echo(f"wrote {file}")


def _file(directory: Path, which: str) -> Path:
    return directory / f"{which}.schema.json"


def _current(file: Path, which: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == _text(which)


def _text(which: str) -> str:
    return schema_text(_SCHEMAS[which]())
