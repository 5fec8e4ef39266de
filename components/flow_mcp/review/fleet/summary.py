"""Summaries of tenants' files, for lists of tenants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project


@dataclass(frozen=True)
class TenantSummary:
    """The summary of a tenant's file.

    Attributes:
        stack: the stack's name.
        tenant: the tenant's ID in Flow; None if the file is invalid, like the following attributes.
        kind: the kind of its authorization server.
        authority: the authority; also None if the authorization server assigns it.
        problem: the first problem of an invalid file; otherwise empty.
    """

    stack: str
    tenant: str | None = None
    kind: str | None = None
    authority: str | None = None
    problem: str = ""


def summaries(project: Project, stacks: Sequence[str]) -> Iterator[TenantSummary]:
    """Yield the summaries of tenants' files, without calls of a server or the backend."""
    instance = instance_of(project.file)
    for stack, file in project.stack_files(stacks).items():
        try:
            declaration = from_file(file, instance).declaration
        except DeclarationError as error:
            errors = [problem for problem in error.problems if problem.severity == "error"]
            yield TenantSummary(stack, problem=str(errors[0]))
            continue
        kind = declaration.kind
        authority = kind.authority(declaration) if kind.authority else None
        yield TenantSummary(stack, declaration.tenant.id, kind.key, authority)
