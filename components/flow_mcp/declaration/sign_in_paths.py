"""The entries of a tenant's file through which people sign in, and the people of each protected resource.

Most authorization servers restrict a scope or an API by the person's roles, regardless of the client. People
therefore belong to the protected resource, and all sign-in paths to it must admit the same people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.findings import Path
from flow_mcp.settings import Grant


@dataclass(frozen=True)
class SignInPath:
    """A declared client for people, or an open registration method.

    Attributes:
        path: its path in the tenant's file.
        access: its access list.
        people: the people whom it admits; None if it admits the same people as the other sign-in paths.
    """

    path: Path
    access: tuple[str, ...]
    people: People | None


def sign_in_paths(declaration: Declaration) -> Iterator[SignInPath]:
    """Yield all sign-in paths of a tenant: declared clients first, then registration methods."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE:
            yield SignInPath(("clients", name), client.access, client.people)
    kind = declaration.kind
    for key, method in declaration.server.registration_methods.items():
        if method:
            path = ("authorizationServer", kind.key, kind.registration_methods_at, key)
            yield SignInPath(path, method.access, method.people)


def admitted(declaration: Declaration, resource: ResourceDeclared) -> People:
    """Return the people whom a protected resource admits; the checks ensure that all sign-in paths agree."""
    for path in sign_in_paths(declaration):
        if path.people is not None and resource in declaration.reached_by(path.access):
            return path.people
    return NOBODY
