"""The command line, `flow-mcp`: one module a command, loaded only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import INTERRUPTED

# What `flow-mcp --help` says of each command. The module of its name holds a click command named `command`.
_SUMMARIES = {
    "check": "Check the tenants' declarations, offline.",
    "demo": "Run everything once on this machine.",
    "dev": "Run a Keycloak on this machine.",
    "destroy": "Delete what tenants have at their servers.",
    "diff": "Show what a change means for access.",
    "evidence": "Sign what was declared, approved and deployed.",
    "export": "Deliver the settings to the Flow runtime.",
    "gate": "Preview changes for approval, and apply them.",
    "init": "Write a new tenant's file.",
    "list": "List the tenants and their authorities.",
    "preview": "Show what `up` would do to many tenants.",
    "refresh": "Read many tenants' servers into their states.",
    "report": "Write a report of who can reach what.",
    "schema": "Show the JSON Schemas.",
    "status": "Show which tenants changed, and their last update.",
    "toolchain": "Install Pulumi and its plugins here.",
    "up": "Apply the tenants that changed, in waves.",
    "verify": "Find out why a client cannot connect.",
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command runs: `--help` loads none, `check` never loads Pulumi."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 click's
        if cmd_name not in self.commands:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_SUMMARIES.items()))


@click.group(
    cls=_LazyGroup,
    # By these names click guesses what a misspelt one means.
    commands={name: click.Command(name) for name in _SUMMARIES},
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
