"""The command line, `flow-mcp`: one module a command, loaded only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from flow_mcp.errors import FlowMcpError
from flow_mcp.exit_codes import INTERRUPTED

# Name on the command line → module here; each module holds a click command named `command`.
_COMMANDS = {
    "check": "check",
    "demo": "demo",
    "dev": "dev",
    "evidence": "evidence",
    "diff": "diff",
    "export": "export",
    "gate": "gate",
    "report": "report",
    "schema": "schema",
    "toolchain": "toolchain",
    "verify": "verify",
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command is asked for, so that `check` never loads Pulumi."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"{__name__}.{_COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n"
    "  flow-mcp demo                  see all of it on this machine\n"
    "  flow-mcp check                 are the tenants' files right?\n"
    "  flow-mcp COMMAND --help        examples of a command",
)
@click.version_option(package_name="flow-mcp")
def cli() -> None:
    """Profitbase Flow's MCP Server Settings as code."""


def main() -> None:
    """Run the command line; a mistake of the user ends in a sentence and an exit code, never a traceback."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("flow-mcp: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except FlowMcpError as error:
        click.echo(f"flow-mcp: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        click.echo(f"flow-mcp: {error.strerror or error}{where}", err=True)
        sys.exit(1)
