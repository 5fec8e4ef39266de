"""`flow-mcp schema`: the published JSON Schemas."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flow_mcp.declaration.schema import stack_schema
from flow_mcp.settings.schema import settings_schema

_SCHEMAS = {"stack": stack_schema, "settings": settings_schema}


@click.command(
    epilog="\b\nExamples:\n  flow-mcp schema                        a stack's file, to standard output\n"
    "  flow-mcp schema settings               the settings document\n"
    "  flow-mcp schema --write docs/schemas   both, as files"
)
@click.argument("which", type=click.Choice(sorted(_SCHEMAS)), default="stack")
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIRECTORY",
    help="Write both as files instead; an unchanged file is not touched.",
)
def command(which: str, write: Path | None) -> None:
    """Show the JSON Schema of a stack's file or of the settings document."""
    if write is None:
        click.echo(_text(which), nl=False)
        return
    write.mkdir(parents=True, exist_ok=True)
    for name in sorted(_SCHEMAS):
        file = write / f"{name}.schema.json"
        if not file.exists() or file.read_text(encoding="utf-8") != _text(name):
            file.write_text(_text(name), encoding="utf-8")
            click.echo(f"wrote {file}")


def _text(which: str) -> str:
    return json.dumps(_SCHEMAS[which](), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
