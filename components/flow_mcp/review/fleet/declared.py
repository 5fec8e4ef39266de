"""Tenants' files, checked so that a broken one keeps no other tenant from being run."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project


def problems(project: Project, stacks: Collection[str]) -> Mapping[str, tuple[Problem, ...]]:
    """What is wrong with tenants' files, by tenant; also with those that declare what another one declares.

    Args:
        project: all its tenants are read.
        stacks: of which problems are told.
    """
    instance = instance_of(project.file)
    loaded: dict[str, Loaded] = {}
    found: dict[str, tuple[Problem, ...]] = {}
    for stack, file in project.stack_files(project.stacks()).items():
        try:
            loaded[stack] = from_file(file, instance)
        except DeclarationError as error:
            found[stack] = error.problems
    # In both orders: of two that declare the same, neither may be run.
    for order in (sorted(loaded), sorted(loaded, reverse=True)):
        owners: dict[str, str] = {}
        for stack in order:
            if shared := tuple(duplicate_claims(loaded[stack], stack, owners)):
                found[stack] = shared
    return {stack: found[stack] for stack in stacks if stack in found}
