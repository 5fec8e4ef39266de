"""The command line `flow-mcp`, with one module for each command, imported when the command runs."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import COULD_NOT_RUN, INTERRUPTED

_LONGEST_LINE = 20_000
"""The longest line of an error's message that is shown in full."""

# Summaries for `flow-mcp --help`. The module with a command's name has the click command `command`.
_SUMMARIES = {
    "adopt": "Take over what exists at an authorization server.",
    "check": "Check tenants' declarations, offline.",
    "connect": "Print the configuration of an MCP application.",
    "demo": "Run a demonstration on this machine.",
    "dev": "Run a Keycloak on this machine.",
    "destroy": "Delete tenants' resources.",
    "diff": "Show how a change affects access.",
    "doctor": "Find out what this machine lacks.",
    "drift": "Find changes made without Pulumi.",
    "evidence": "Create and verify signed evidence for auditors.",
    "export": "Deliver settings to the Flow runtime.",
    "fleet": "Write manifests for more than one machine.",
    "gate": "Preview changes, and apply approved ones.",
    "init": "Create a new tenant's file.",
    "list": "List tenants and their authorities.",
    "new": "Create a project for your tenants.",
    "preview": "Preview the changes of many tenants.",
    "refresh": "Refresh the states of many tenants.",
    "report": "Write a report of access for auditors.",
    "rotate": "Rotate clients' secrets and keys without an outage.",
    "schema": "Show the JSON Schemas.",
    "status": "Show which tenants changed, and their last update.",
    "toolchain": "Install Pulumi and its plugins.",
    "up": "Update the tenants that changed, in waves.",
    "upgrade": "Show what this version changes in a project.",
    "verify": "Find out why a client cannot connect.",
}


class _LazyGroup(click.Group):
    """A click group that imports a command's module only to run it, so that `check` never imports Pulumi."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 click's
        if cmd_name not in self.commands:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command from the summaries, without importing the commands."""
        names = [
            CompletionItem(name, help=summary)
            for name, summary in sorted(_SUMMARIES.items())
            if name.startswith(incomplete)
        ]
        return [*names, *super(click.Group, self).shell_complete(ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_SUMMARIES.items()))


@click.group(
    cls=_LazyGroup,
    # click suggests these names for a misspelled command.
    commands={name: click.Command(name) for name in _SUMMARIES},
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n"
    "  flow-mcp demo                  run the demonstration on this machine\n"
    "  flow-mcp new planning          create a project for your tenants\n"
    "  flow-mcp check                 check the files of all tenants\n"
    "  flow-mcp --verbose status      with the time of each step\n"
    "  flow-mcp COMMAND --help        show a command's options and examples",
)
@click.version_option(package_name="flow-mcp")
@click.option("--verbose", is_flag=True, help="Print how long each step took, on standard error.")
@click.pass_context
def cli(context: click.Context, verbose: bool) -> None:
    """Manage Profitbase Flow's MCP Server Settings as code."""
    # https://no-color.org/; rich follows it by itself, click does not.
    if os.environ.get("NO_COLOR"):
        context.color = False
    if verbose:
        from flow_mcp.common.timings import Timings

        timings = context.with_resource(Timings())
        context.call_on_close(lambda: timings.total(f"flow-mcp {context.invoked_subcommand}"))


def _safe(message: str) -> str:
    """Return a message whose lines cannot control the terminal: it can contain text of a server."""
    from flow_mcp.common.safe_text import terminal

    return "\n".join(terminal(line, _LONGEST_LINE) for line in message.split("\n"))


def main() -> None:
    """Run the command line; report expected errors as one message with an exit code, without a traceback."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        # The terminal shows ^C, or a question, in the same line.
        click.echo("\nflow-mcp: interrupted" if sys.stderr.isatty() else "flow-mcp: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except FlowMcpError as error:
        click.echo(f"flow-mcp: {_safe(str(error))}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        click.echo(f"flow-mcp: {error.strerror or error}{where}", err=True)
        sys.exit(COULD_NOT_RUN)
