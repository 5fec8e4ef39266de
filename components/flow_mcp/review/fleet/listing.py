"""Tenants as their files declare them and as the backend knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project


@dataclass(frozen=True)
class Declared:
    """A tenant's file in short.

    Attributes:
        stack: the stack's name.
        tenant: the tenant's ID in Flow; None where the file is wrong, as all that follows.
        kind: of its authorization server.
        authority: None also where the authorization server assigns it.
        problem: what is wrong with the file; empty where nothing is.
    """

    stack: str
    tenant: str | None = None
    kind: str | None = None
    authority: str | None = None
    problem: str = ""


def declared(project: Project, stacks: Sequence[str]) -> Iterator[Declared]:
    """Read tenants' files; no server and no backend is asked."""
    instance = instance_of(project.file)
    for stack, file in project.stack_files(stacks).items():
        try:
            declaration = from_file(file, instance).declaration
        except DeclarationError as error:
            errors = [each for each in error.problems if each.severity == "error"]
            yield Declared(stack, problem=str(errors[0]))
            continue
        kind = declaration.kind
        authority = kind.authority(declaration) if kind.authority else None
        yield Declared(stack, declaration.tenant.id, kind.key, authority)
