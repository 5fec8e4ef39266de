"""`flow-mcp upgrade`: what this version of the package changes in a project."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.options import current_project, project_option
from flow_mcp.common.exit_codes import NEEDS_APPROVAL
from flow_mcp.common.safe_text import terminal
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.local.new_project.upgrade import Upgrade, apply, compare


@click.command(
    epilog="\b\nExamples:\n"
    "  pip install --upgrade flow-mcp[deploy]   the new version, for example in another environment\n"
    "  flow-mcp upgrade                         what it changes; nothing is written\n"
    "  flow-mcp upgrade --diff                  with the lines of each file\n"
    "  flow-mcp upgrade --write                 write the files, then review them with git\n"
    "  flow-mcp preview --all                   what the next update changes at the servers\n\n"
    "Exit codes: 0 nothing to change, or written, 2 a tenant's file is invalid for this version, or could "
    "not run, 3 files would change; 130 interrupted."
)
@project_option
@click.option("--write", is_flag=True, help="Write the files. A file that you changed is overwritten.")
@click.option("--diff", "with_diff", is_flag=True, help="Show the changed lines of each file.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def command(*, write: bool, with_diff: bool, as_json: bool) -> None:
    """Show what this version of flow-mcp changes in a project that an earlier version created.

    The command lists the changelog's entries since the version in requirements.txt, the project's files that
    this version writes differently, and tenants' files that it rejects. It changes nothing without --write.
    """
    project = current_project()
    upgrade = compare(project.directory)
    invalid = dict(_invalid(project))
    if as_json:
        click.echo(json.dumps(_document(upgrade, invalid, written=write and not invalid), indent=2))
    else:
        _show(upgrade, invalid, with_diff=with_diff)
    if invalid:
        raise SystemExit(DeclarationError.exit_code)
    if write:
        apply(project.directory, upgrade)
        if not as_json:
            click.echo(
                f"Wrote {len(upgrade.files)} files. Install requirements.txt, then run flow-mcp check."
            )
    elif upgrade.files:
        raise SystemExit(NEEDS_APPROVAL)


def _invalid(project: Project) -> Iterator[tuple[str, str]]:
    """Yield the tenants whose files this version rejects, with the problems."""
    instance = instance_of(project.file)
    for stack, file in project.stack_files(project.stacks()).items():
        try:
            from_file(file, instance)
        except DeclarationError as error:
            yield stack, str(error)


def _show(upgrade: Upgrade, invalid: dict[str, str], *, with_diff: bool) -> None:
    click.echo(f"requirements.txt names flow-mcp {upgrade.pinned}; this is {upgrade.version}.")
    if upgrade.news:
        click.echo(f"\nNew since {upgrade.pinned}:\n\n{upgrade.news}")
    for change in upgrade.files:
        click.echo(terminal(f"{'changes' if change.before else 'adds'} {change.path}"))
        if with_diff:
            click.echo("\n".join(map(terminal, change.diff.splitlines())))
    if not upgrade.files:
        click.echo("No file of the project changes.")
    for stack, problems in invalid.items():
        click.echo(f"\n{terminal(stack)} is invalid for this version:\n{problems}", err=True)
    if not invalid:
        click.echo(
            "All tenants' files are valid. `flow-mcp preview --all` shows what the next update changes."
        )


def _document(upgrade: Upgrade, invalid: dict[str, str], *, written: bool) -> dict[str, object]:
    return {
        "from": upgrade.pinned,
        "to": upgrade.version,
        "news": upgrade.news,
        "files": [{"path": change.path, "diff": change.diff} for change in upgrade.files],
        "invalidTenants": invalid,
        "written": written,
    }
