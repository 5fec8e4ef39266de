"""The entries of a tenant's file through which people sign in, and whom each protected resource admits.

Most servers gate a scope or an API by the person's roles, whatever the client. So people belong to the
protected resource: all sign-in paths to it must admit the same ones.
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
        path: its place in the tenant's file.
        access: its access list.
        people: whom it admits; None where it admits whom the other sign-in paths admit.
    """

    path: Path
    access: tuple[str, ...]
    people: People | None


def sign_in_paths(declaration: Declaration) -> Iterator[SignInPath]:
    """All sign-in paths of a tenant: declared clients first, then registration methods."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE:
            yield SignInPath(("clients", name), client.access, client.people)
    kind = declaration.kind
    for key, method in declaration.server.registration_methods.items():
        if method:
            path = ("authorizationServer", kind.key, kind.registration_methods_at, key)
            yield SignInPath(path, method.access, method.people)


def admitted(declaration: Declaration, resource: ResourceDeclared) -> People:
    """The people whom a protected resource admits; the checks make sure that all sign-in paths agree."""
    for path in sign_in_paths(declaration):
        if path.people is not None and resource in declaration.reached_by(path.access):
            return path.people
    return NOBODY
