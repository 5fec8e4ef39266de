"""`flow-mcp schema`: show or write the published JSON Schemas."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.cli.options import current_project, project_option
from flow_mcp.common.json_schema import schema_text
from flow_mcp.declaration.applications.schema import applications_schema
from flow_mcp.local.editors import jetbrains, vscode
from flow_mcp.local.editors.schemas import FILE_SCHEMAS
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


def _pulumi_package() -> dict[str, Any]:
    """Return the schema of the Pulumi package; the import of Pulumi's SDK takes a second."""
    from flow_mcp.authorization_servers.component_schema import plugin_schema

    return plugin_schema(version("flow-mcp"))


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
    "pulumi-package": _pulumi_package,
}

_EDITORS = {"jetbrains": jetbrains.files, "vscode": vscode.files}


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
    "  flow-mcp schema pulumi-package         the Pulumi package, from which SDKs are generated\n"
    "  flow-mcp schema report                 the output of `flow-mcp report --json`\n"
    "  flow-mcp schema vectors                the test vectors for runtimes\n"
    "  flow-mcp schema --write docs/schemas   write all schemas to files\n"
    "  flow-mcp schema stack --write schemas  write one schema to a file\n"
    "  flow-mcp schema --install vscode       completion and checks in Visual Studio Code\n"
    "  flow-mcp schema --install jetbrains    the same in IDEs of JetBrains\n\n"
    "Exit codes: 0 done, 1 a file is not up to date (--check), 2 could not run."
)
@project_option
@click.argument("which", metavar="[SCHEMA]", type=click.Choice(sorted(_SCHEMAS)), required=False)
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
@click.option(
    "--install",
    "editor",
    type=click.Choice(sorted(_EDITORS)),
    help="Write the schemas of the project's files, and the settings by which the editor uses them.",
)
def command(which: str | None, write: Path | None, check: Path | None, editor: str | None) -> None:
    """Show the JSON Schema of a tenant's file, the settings document or another published format."""
    if editor is not None:
        _install(editor)
        return
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


def _install(editor: str) -> None:
    """Write the schemas of a project's files and an editor's settings; unchanged files are not written."""
    project = current_project().directory
    texts = _EDITORS[editor](project)
    texts |= {schema.path: _text(schema.name) for schema in FILE_SCHEMAS}
    for path, text in sorted(texts.items()):
        file = project / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            click.echo(f"wrote {path}")


def _file(directory: Path, which: str) -> Path:
    return directory / f"{which}.schema.json"


def _current(file: Path, which: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == _text(which)


def _text(which: str) -> str:
    return schema_text(_SCHEMAS[which]())
