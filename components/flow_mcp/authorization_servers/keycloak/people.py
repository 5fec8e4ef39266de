"""Which people each protected resource admits.

Keycloak gates a client scope by the person's realm roles, whatever the client. So people belong to the
protected resource: everything that lets people reach it must admit the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.findings import Finding, Path, dotted
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Declaration, ResourceDeclared


def entrances(
    declaration: Declaration, server: Keycloak
) -> Iterator[tuple[Path, tuple[str, ...], People | None]]:
    """Every way in for people: its path, what it reaches, and whom it admits (None: those of the others)."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE:
            yield ("clients", name), client.access, client.people
    registration = ("authorizationServer", "keycloak", "registration")
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents
    if dynamic:
        yield (*registration, "dynamic"), dynamic.access, dynamic.people
    if documents:
        yield (*registration, "metadataDocuments"), documents.access, documents.people


def admitted(declaration: Declaration, server: Keycloak, resource: ResourceDeclared) -> People:
    """The people whom the resource admits; the checks have made sure that all entrances agree."""
    for _, access, people in entrances(declaration, server):
        if people is not None and resource in declaration.reached_by(access):
            return people
    return NOBODY


def check(declaration: Declaration, server: Keycloak) -> Iterator[Finding]:
    """Entrances to one resource must agree; one that admits nobody is of no use."""
    first: dict[str, tuple[Path, People]] = {}
    for path, access, people in entrances(declaration, server):
        reached = declaration.reached_by(access)
        if not any((people or admitted(declaration, server, resource)).anyone for resource in reached):
            yield Finding(
                (*path, "people"),
                "admits nobody, so nobody can sign in",
                "Say people: {groups: […]} or people: everyone, or remove it.",
                "warning",
            )
        if people is None:
            continue
        for resource in reached:
            other, others = first.setdefault(resource.key, (path, people))
            if (set(others.groups), others.everyone) != (set(people.groups), people.everyone):
                yield Finding(
                    (*path, "people"),
                    f"admits other people to {resource.key} than {dotted(other)} does, "
                    "and Keycloak admits people by protected resource, not by client",
                    "Admit the same people, or give the clients different resources.",
                )
