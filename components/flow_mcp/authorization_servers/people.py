"""Which people each protected resource admits, where the authorization server decides it by resource.

Most servers gate a scope or an API by the person's roles, whatever the client. So people belong to the
protected resource: everything that lets people reach it must admit the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.findings import Finding, Path, dotted
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Declaration, ResourceDeclared


class Way(Protocol):
    """A way to become a client without a declaration; people left out are those of the other entrances."""

    @property
    def access(self) -> tuple[str, ...]: ...
    @property
    def people(self) -> People | None: ...


Ways = Mapping[str, Way | None]
"""By their key in the authorization server's declaration; None where one is closed."""


@dataclass(frozen=True)
class Entrance:
    """A way in for people. `people` is None where it admits whom the others admit."""

    path: Path
    access: tuple[str, ...]
    people: People | None


def admitted(declaration: Declaration, ways: Ways, resource: ResourceDeclared) -> People:
    """The people whom the resource admits; the checks have made sure that all entrances agree."""
    for entrance in entrances(declaration, ways):
        if entrance.people is not None and resource in declaration.reached_by(entrance.access):
            return entrance.people
    return NOBODY


def check(declaration: Declaration, ways: Ways, below: str = "registration") -> Iterator[Finding]:
    """Entrances to one resource must agree; one that admits nobody is of no use.

    Args:
        declaration: the tenant.
        ways: what lets people in besides the declared clients.
        below: where the authorization server's declaration has the ways.
    """
    first: dict[str, tuple[Path, People]] = {}
    for entrance in entrances(declaration, ways, below):
        people, path = entrance.people, (*entrance.path, "people")
        reached = declaration.reached_by(entrance.access)
        if reached and not any(
            (people or admitted(declaration, ways, resource)).anyone for resource in reached
        ):
            yield Finding(
                path,
                "admits nobody, so nobody can sign in",
                "Say people: {groups: […]} or people: everyone, or remove it.",
                "warning",
            )
        if people is None:
            continue
        for resource in reached:
            other, others = first.setdefault(resource.key, (entrance.path, people))
            if (set(others.groups), others.everyone) != (set(people.groups), people.everyone):
                yield Finding(
                    path,
                    f"admits other people to {resource.key} than {dotted(other)} does, "
                    f"and {declaration.kind.key} admits people by protected resource, not by client",
                    "Admit the same people, or give the clients different resources.",
                )


def entrances(declaration: Declaration, ways: Ways, below: str = "") -> Iterator[Entrance]:
    """Everything by which people come in: the declared clients for people, and the open ways."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE:
            yield Entrance(("clients", name), client.access, client.people)
    for key, way in ways.items():
        if way:
            path = ("authorizationServer", declaration.kind.key, below, key)
            yield Entrance(path, way.access, way.people)
