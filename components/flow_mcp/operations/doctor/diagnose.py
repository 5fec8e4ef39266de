"""All findings about a project on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.operations.doctor import backend, credentials, programs, servers
from flow_mcp.operations.doctor.finding import Finding
from flow_mcp.operations.verify.web import Web


def diagnose(
    project: Project,
    stack_files: Mapping[str, Path],
    environment: Mapping[str, str],
    web: Web,
    progress: Callable[[str], None],
) -> Iterator[Finding]:
    """Yield what was found; nothing is changed, and nothing secret is read or sent.

    Args:
        project: the project.
        stack_files: of the tenants, by stack.
        environment: environment variables, of which only the presence matters.
        web: sends the requests to the authorization servers.
        progress: is told what is looked at.
    """
    progress("Looking at the installed programs")
    yield from programs.package(project)
    yield from programs.engine(project)
    declarations: dict[str, tuple[Path, Declaration]] = {}
    for stack, file in stack_files.items():
        try:
            declarations[stack] = file, from_file(file, instance_of(project.file)).declaration
        except DeclarationError as error:
            count = len(error.problems)
            message = f"is invalid ({count} {'problem' if count == 1 else 'problems'})"
            yield Finding(f"declaration of {stack}", "problem", message, f"Run `flow-mcp check {stack}`.")
    declared = [declaration for _, declaration in declarations.values()]
    yield from programs.plugins(project, (declaration.kind.key for declaration in declared))
    yield backend.backend(project, environment)
    yield backend.passphrase(stack_files.values(), environment)
    yield from credentials.credentials(declarations, environment)
    progress("Asking the authorization servers")
    yield from servers.servers(declared, web, lambda origin: progress(f"Asking {origin}"))
