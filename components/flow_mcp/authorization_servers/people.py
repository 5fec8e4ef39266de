"""Checks of the people that sign-in paths admit."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Finding, Path, dotted
from flow_mcp.declaration.sign_in_paths import admitted, sign_in_paths


def check_by_resource(declaration: Declaration) -> Iterator[Finding]:
    """Yield findings for servers that admit people by protected resource, not by client.

    All sign-in paths to a protected resource must admit the same people.
    """
    first_declared: dict[str, tuple[Path, People]] = {}
    for sign_in in sign_in_paths(declaration):
        people, path = sign_in.people, (*sign_in.path, "people")
        reached = declaration.reached_by(sign_in.access)
        if reached and all((people or admitted(declaration, resource)).is_empty for resource in reached):
            yield Finding(
                path,
                "admits nobody, so nobody can sign in",
                "Set people: {groups: […]} or people: everyone, or remove this entry.",
                "warning",
            )
        if people is None:
            continue
        for resource in reached:
            first_path, first_people = first_declared.setdefault(resource.key, (sign_in.path, people))
            if (set(first_people.groups), first_people.everyone) != (set(people.groups), people.everyone):
                yield Finding(
                    path,
                    f"admits other people to {resource.key} than {dotted(first_path)} does, "
                    f"and {declaration.kind.key} admits people by protected resource, not by client",
                    "Declare the same people for both, or give the clients access to different resources.",
                )


def check_everyone(declaration: Declaration) -> Iterator[Finding]:
    """Yield findings for servers that admit every user they know.

    Each sign-in path must declare `everyone`, because the server would not enforce a narrower declaration.
    """
    kind = declaration.kind.key
    for sign_in in sign_in_paths(declaration):
        inherited = (admitted(declaration, resource) for resource in declaration.reached_by(sign_in.access))
        people = sign_in.people or next((people for people in inherited if not people.is_empty), NOBODY)
        if people.groups:
            yield Finding(
                (*sign_in.path, "people", "groups"),
                f"limits people to groups, which {kind} cannot enforce for a stack",
                "Set people: everyone, and restrict at the authorization server who has an account.",
            )
        elif not people.everyone:
            yield Finding(
                (*sign_in.path, "people"),
                f"admits nobody, but {kind} lets every user it knows sign in",
                "Set people: everyone if you intend that, or remove this entry.",
            )
