"""People, where the authorization server admits everyone whom it knows and the stack cannot limit that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.authorization_servers.people import Ways, admitted
from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Declaration


def check(declaration: Declaration, ways: Ways) -> Iterator[Finding]:
    """Each entrance for people must say `everyone`: anything narrower would not be true."""
    kind = declaration.kind.key
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE:
            yield from _entrance(kind, ("clients", name), client.people)
    for key, way in ways.items():
        if way:
            inherited = (admitted(declaration, ways, r) for r in declaration.reached_by(way.access))
            people = way.people or next((found for found in inherited if found.anyone), NOBODY)
            yield from _entrance(kind, ("authorizationServer", kind, "registration", key), people)


def _entrance(kind: str, path: Path, people: People) -> Iterator[Finding]:
    if people.groups:
        yield Finding(
            (*path, "people", "groups"),
            f"limits people to groups, which a stack cannot have {kind} enforce",
            "Say people: everyone, and limit at the authorization server who may sign in there at all.",
        )
    elif not people.everyone:
        yield Finding(
            (*path, "people"),
            f"admits nobody, but {kind} lets everyone in whom it knows",
            "Say people: everyone if that is meant, or remove it.",
        )
