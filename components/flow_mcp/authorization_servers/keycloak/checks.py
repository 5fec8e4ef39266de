"""What Keycloak cannot do, or would do wrong, found before it is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.access import check_access
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Declaration

_HERE: Path = ("authorizationServer", "keycloak")


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to Keycloak."""
    server = cast("Keycloak", declaration.server)
    yield from people.check(declaration, server.registration.ways)
    yield from _registration(declaration, server)
    yield from _credentials(declaration)
    if server.realm.name == server.administration.realm:
        yield Finding(
            (*_HERE, "realm", "name"),
            "is the administrators' realm",
            "Give the tenant a realm of its own: its clients must not live beside administrators.",
        )


def _credentials(declaration: Declaration) -> Iterator[Finding]:
    for name, client in declaration.tenant.clients.items():
        if client.secret:
            yield Finding(
                ("clients", name, "secret"),
                "gives the secret an end, but Keycloak's client secrets have none",
                "Remove it (Keycloak makes a secret anyway), or use privateKeyJwt.",
            )
        if client.federated_credential:
            yield Finding(
                ("clients", name, "federatedCredential"),
                "is not supported on Keycloak here",
                "Use privateKeyJwt, which needs no secret either.",
            )


def _registration(declaration: Declaration, server: Keycloak) -> Iterator[Finding]:
    registration, here = server.registration, (*_HERE, "registration")
    if (registration.dynamic or registration.metadata_documents) and not server.manages_registration:
        yield Finding(
            here,
            "opens registration in a realm that exists, whose policies the stack may not change",
            "Add manage: true if this stack may change them, or remove dynamic and metadataDocuments.",
        )
    if registration.manage and server.realm.create:
        yield Finding(
            (*here, "manage"),
            "is for realms that exist; in its own realm the stack manages registration anyway",
            "Remove it.",
        )
    if registration.dynamic:
        yield from check_access(declaration, (*here, "dynamic", "access"), registration.dynamic.access)
        if not registration.dynamic.sender_hosts:
            yield Finding(
                (*here, "dynamic"),
                "declares no senderHosts, so that any address may register clients",
                "Its redirect hosts, its scopes and the people it admits still limit what it can do.",
                "warning",
            )
    if registration.metadata_documents:
        documents = registration.metadata_documents
        yield from check_access(declaration, (*here, "metadataDocuments", "access"), documents.access)
