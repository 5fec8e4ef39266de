"""The part of a gate that needs no engine: declarations are right, and no two stacks claim the same."""

from __future__ import annotations

from collections.abc import Collection

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project


def check(project: Project, stacks: Collection[str]) -> dict[str, Loaded]:
    """Check stacks' declarations, also against those of all other stacks of the project.

    Returns:
        The declarations, by stack.

    Raises:
        DeclarationError: one cannot be used.
    """
    instance = instance_of(project.file)
    found: dict[str, Loaded] = {}
    problems: list[Problem] = []
    owners: dict[str, str] = {}
    # Those that are asked for come last: what they share with another stack is their problem here.
    others = [stack for stack in project.stacks() if stack not in stacks]
    for stack, file in project.stack_files([*others, *stacks]).items():
        try:
            loaded = from_file(file, instance)
        except DeclarationError as error:
            problems += error.problems if stack in stacks else ()
            continue
        shared = tuple(duplicate_claims(loaded, stack, owners))
        if stack in stacks:
            found[stack] = loaded
            problems += shared
    if problems:
        raise DeclarationError(problems)
    return found
