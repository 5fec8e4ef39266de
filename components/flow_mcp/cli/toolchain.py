"""`flow-mcp toolchain`: install Pulumi and its plugins for this project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from flow_mcp.cli.options import current_project, project_option
from flow_mcp.common.progress import Steps
from flow_mcp.engine.toolchain.golang import module_directory
from flow_mcp.engine.toolchain.programs import PARTS, Part, dotted
from flow_mcp.engine.toolchain.provision import PROVISION_METHODS, ProvisionMethod, Result, provision

_NAMES: Mapping[Part, str] = {
    "pulumi": "Pulumi",
    "keycloak": "its Keycloak plugin",
    "languages": "its hosts for TypeScript and YAML",
}


@click.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp toolchain\n"
    "  flow-mcp toolchain --languages                 also for programs in TypeScript and YAML\n"
    "  flow-mcp toolchain --from build --json\n"
    "  GOPROXY=https://mirror.example/go flow-mcp toolchain\n\n"
    "Exit codes: 0 all are installed, 1 no method works on this machine, 2 could not run; 130 interrupted."
)
@project_option
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for the programs.  [default: .toolchain/bin of the project]",
)
@click.option(
    "--from",
    "method",
    type=click.Choice(PROVISION_METHODS),
    help="Use only this method.  [default: try all in this order]",
)
@click.option(
    "--languages", is_flag=True, help="Also install the language hosts for programs in TypeScript and YAML."
)
@click.option("--json", "as_json", is_flag=True, help="Print the installed programs as JSON.")
def command(directory: Path | None, method: ProvisionMethod | None, languages: bool, as_json: bool) -> None:
    """Install Pulumi, its Python language host and its Keycloak plugin.

    Each program is the installed one if it is new enough, else the official download, else a build of the Go
    module in toolchain/. A build takes minutes, once for each version and user. Present programs are kept.
    """
    project = current_project().directory
    directory = (directory or project / ".toolchain" / "bin").absolute()
    with Steps() as progress:
        results = provision(
            module_directory(project),
            directory,
            (*PARTS, "languages") if languages else PARTS,
            (method,) if method else PROVISION_METHODS,
            progress,
        )
    if as_json:
        click.echo(_as_json(directory, results))
        return
    for result in results.values():
        if result.provided.note:
            click.echo(f"{', '.join(result.provided.files)}: {result.provided.note}")
    *first, last = (f"{_NAMES[part]} {_describe(result)}" for part, result in results.items())
    click.echo(f"{', '.join(first)} and {last} are in {directory}")


def _describe(result: Result) -> str:
    origin = {"installed": "installed here", "download": "downloaded", "build": "built here"}[result.method]
    return f"{dotted(result.provided.version)} ({origin})"


def _as_json(directory: Path, results: Mapping[Part, Result]) -> str:
    return json.dumps(
        {
            "directory": str(directory),
            "changed": any(result.changed for result in results.values()),
            "parts": {
                part: {
                    "from": result.method,
                    "version": dotted(result.provided.version),
                    "programs": list(result.provided.files),
                }
                for part, result in results.items()
            },
        }
    )
