"""The checks of the gate that need no engine: valid declarations, and no claim shared by two stacks."""

from __future__ import annotations

from collections.abc import Collection

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project


def check(project: Project, stacks: Collection[str]) -> dict[str, Loaded]:
    """Check the declarations of some stacks, also against all other stacks of the project.

    Returns:
        The loaded declarations of the given stacks.

    Raises:
        DeclarationError: a declaration is invalid, or two stacks claim the same.
    """
    instance = instance_of(project.file)
    checked: dict[str, Loaded] = {}
    problems: list[Problem] = []
    owners: dict[str, str] = {}
    # The given stacks come last, so that a claim shared with another stack is reported as their problem.
    other_stacks = [stack for stack in project.stacks() if stack not in stacks]
    for stack, file in project.stack_files([*other_stacks, *stacks]).items():
        try:
            loaded = from_file(file, instance)
        except DeclarationError as error:
            problems += error.problems if stack in stacks else ()
            continue
        shared = tuple(duplicate_claims(loaded, stack, owners))
        if stack in stacks:
            checked[stack] = loaded
            problems += shared
    if problems:
        raise DeclarationError(problems)
    return checked
