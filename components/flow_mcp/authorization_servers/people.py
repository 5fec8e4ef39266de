"""Checks of whom sign-in paths admit: people by protected resource, or everyone."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Finding, Path, dotted
from flow_mcp.declaration.sign_in_paths import admitted, sign_in_paths


def check_by_resource(declaration: Declaration) -> Iterator[Finding]:
    """For servers that admit people by protected resource: all sign-in paths to one must admit the same."""
    first: dict[str, tuple[Path, People]] = {}
    for sign_in in sign_in_paths(declaration):
        people, path = sign_in.people, (*sign_in.path, "people")
        reached = declaration.reached_by(sign_in.access)
        if reached and all((people or admitted(declaration, resource)).is_empty for resource in reached):
            yield Finding(
                path,
                "admits nobody, so nobody can sign in",
                "Say people: {groups: […]} or people: everyone, or remove it.",
                "warning",
            )
        if people is None:
            continue
        for resource in reached:
            previous, admits = first.setdefault(resource.key, (sign_in.path, people))
            if (set(admits.groups), admits.everyone) != (set(people.groups), people.everyone):
                yield Finding(
                    path,
                    f"admits other people to {resource.key} than {dotted(previous)} does, "
                    f"and {declaration.kind.key} admits people by protected resource, not by client",
                    "Admit the same people, or give the clients different resources.",
                )


def check_everyone(declaration: Declaration) -> Iterator[Finding]:
    """For servers that admit everyone whom they know: each sign-in path must say so.

    Anything narrower would not be true.
    """
    kind = declaration.kind.key
    for sign_in in sign_in_paths(declaration):
        inherited = (admitted(declaration, resource) for resource in declaration.reached_by(sign_in.access))
        people = sign_in.people or next((people for people in inherited if not people.is_empty), NOBODY)
        if people.groups:
            yield Finding(
                (*sign_in.path, "people", "groups"),
                f"limits people to groups, which a stack cannot have {kind} enforce",
                "Say people: everyone, and limit at the authorization server who may sign in there at all.",
            )
        elif not people.everyone:
            yield Finding(
                (*sign_in.path, "people"),
                f"admits nobody, but {kind} lets everyone in whom it knows",
                "Say people: everyone if that is meant, or remove it.",
            )
