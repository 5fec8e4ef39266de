"""Check tenants' files so that an invalid file fails only its own tenant."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project


def problems(project: Project, stacks: Collection[str]) -> Mapping[str, tuple[Problem, ...]]:
    """Return the problems of invalid tenants' files by stack, including objects that two tenants declare.

    Args:
        project: the project; the files of all its tenants are read.
        stacks: the stacks whose problems are returned.
    """
    instance = instance_of(project.file)
    loaded: dict[str, Loaded] = {}
    found: dict[str, tuple[Problem, ...]] = {}
    for stack, file in project.stack_files(project.stacks()).items():
        try:
            loaded[stack] = from_file(file, instance)
        except DeclarationError as error:
            found[stack] = error.problems
    # In both orders, so that both tenants that declare the same object have a problem.
    for order in (sorted(loaded), sorted(loaded, reverse=True)):
        owners: dict[str, str] = {}
        for stack in order:
            if duplicates := tuple(duplicate_claims(loaded[stack], stack, owners)):
                found[stack] = duplicates
    return {stack: found[stack] for stack in stacks if stack in found}
