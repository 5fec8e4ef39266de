"""What a stack declares that another one declares too: the two would undo each other's work."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.findings import Finding, Problem
from flow_mcp.declaration.load import Loaded


def claimed(loaded: Loaded, stack: str, owners: dict[str, str]) -> Iterator[Problem]:
    """Problems of a stack with those that were looked at before.

    Args:
        loaded: what the stack declares.
        stack: its name.
        owners: who declares what, so far; what this stack declares is added.
    """
    declaration = loaded.declaration
    tenant = (("id",), f"the tenant {declaration.tenant.id} of {declaration.instance.server}")
    for path, what in (tenant, *declaration.kind.owns(declaration)):
        if (other := owners.setdefault(what, stack)) != stack:
            message = f"is {what}, which the stack {other} also declares"
            yield loaded.problem(Finding(path, message, "Declare it in only one stack."))
