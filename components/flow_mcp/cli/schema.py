"""`flow-mcp schema`: show or write the published JSON Schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.cli.options import current_project, project_option
from flow_mcp.common.json_schema import schema_text
from flow_mcp.declaration.applications.schema import applications_schema
from flow_mcp.operations.adopt.document import adopt_schema
from flow_mcp.operations.drift.document import drift_schema
from flow_mcp.review.diff.document import diff_schema
from flow_mcp.review.evidence.schema import evidence_schema
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.schema import configuration_schema
from flow_mcp.review.report.document import report_schema
from flow_mcp.runtime.vectors.model import vectors_schema
from flow_mcp.settings.schema import envelope_schema, settings_schema


def _policy_configuration() -> dict[str, Any]:
    """Return the schema for the project's policy pack, whose rules define what can be configured."""
    return configuration_schema(Pack.load(current_project().policies).rules)


_SCHEMAS = {
    "adopt": adopt_schema,
    "stack": stack_schema,
    "applications": applications_schema,
    "settings": settings_schema,
    "envelope": envelope_schema,
    "diff": diff_schema,
    "drift": drift_schema,
    "evidence": evidence_schema,
    "report": report_schema,
    "vectors": vectors_schema,
    "policy-configuration": _policy_configuration,
}


@click.command(
    epilog="\b\nExamples:\n  flow-mcp schema                        a tenant's file, to standard output\n"
    "  flow-mcp schema adopt                  the output of `flow-mcp adopt --json`\n"
    "  flow-mcp schema applications           stacks/applications.yaml, the team's known applications\n"
    "  flow-mcp schema settings               the settings document\n"
    "  flow-mcp schema envelope               the envelope of an export\n"
    "  flow-mcp schema diff                   the output of `flow-mcp diff --json`\n"
    "  flow-mcp schema drift                  the output of `flow-mcp drift --json`\n"
    "  flow-mcp schema evidence               the content of evidence\n"
    "  flow-mcp schema policy-configuration   policies/configuration.json\n"
    "  flow-mcp schema report                 the output of `flow-mcp report --json`\n"
    "  flow-mcp schema vectors                the test vectors for runtimes\n"
    "  flow-mcp schema --write docs/schemas   write all schemas to files\n"
    "  flow-mcp schema stack --write schemas  write one schema to a file\n\n"
    "Exit codes: 0 done, 1 a file is not up to date (--check), 2 could not run."
)
@project_option
@click.argument("which", type=click.Choice(sorted(_SCHEMAS)), required=False)
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIRECTORY",
    help="Write all schemas, or the named one, to this directory; unchanged files are not written.",
)
@click.option(
    "--check",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIRECTORY",
    help="Exit with 1 if the files in this directory are not up to date.",
)
def command(which: str | None, write: Path | None, check: Path | None) -> None:
    """Show the JSON Schema of a tenant's file, the settings document or another published format."""
    names = [which] if which else sorted(_SCHEMAS)
    if check is not None:
        stale = [file for name in names if not _current(file := _file(check, name), name)]
        named = f"{which} " if which else ""
        for file in stale:
            click.echo(f"{file} is not up to date. Run flow-mcp schema {named}--write {check}.", err=True)
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
