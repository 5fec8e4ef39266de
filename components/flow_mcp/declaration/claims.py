"""Find objects that two stacks declare; each stack would overwrite the other's changes."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.findings import Finding, Problem
from flow_mcp.declaration.load import Loaded


def duplicate_claims(loaded: Loaded, stack: str, owners: dict[str, str]) -> Iterator[Problem]:
    """Yield a problem for each object of a stack that an earlier stack also declares.

    Args:
        loaded: the stack's declaration.
        stack: the stack's name.
        owners: the stack that declares each object, by the object's description. The objects of this stack
            are added.
    """
    declaration = loaded.declaration
    tenant = (("id",), f"the tenant {declaration.tenant.id} of {declaration.instance.server}")
    owned = (
        (side.origin.path(path), description)
        for side in declaration.at_servers
        for path, description in side.kind.owns(side)
    )
    for path, description in (tenant, *owned):
        if (owner := owners.setdefault(description, stack)) != stack:
            message = f"is {description}, which the stack {owner} also declares"
            yield loaded.problem(Finding(path, message, "Declare it in only one stack."))
