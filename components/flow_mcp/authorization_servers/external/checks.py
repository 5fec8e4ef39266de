"""What cannot be right with an authorization server that nothing is known of but its declaration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.external.declaration import External
from flow_mcp.authorization_servers.external.names import audiences, people_sign_in
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_HERE: Path = ("authorizationServer", "external")


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to other authorization servers."""
    server = cast("External", declaration.server)
    yield from people.check_everyone(declaration)
    yield from _resources(declaration, server)
    yield from _registration(declaration, server)
    yield from _person(declaration, server)
    for name, client in declaration.tenant.clients.items():
        if server.client_registration is None:
            yield Finding(
                ("clients", name),
                "is to be registered, but how is not declared",
                "Add authorizationServer.external.clientRegistration if the server has RFC 7591, or list the "
                "client under manualRegistrations after somebody registered it.",
            )
        yield from _client(("clients", name), client)


def _resources(declaration: Declaration, server: External) -> Iterator[Finding]:
    known = {resource.key: resource for resource in declaration.resources}
    for key in server.resources:
        if key not in known:
            yield Finding(
                (*_HERE, "resources", key),
                "is no protected resource of the tenant",
                f"Declared: {', '.join(known)}.",
            )
    owner: dict[str, str] = {}
    for key, resource in known.items():
        if key not in server.resources:
            yield Finding(
                (*_HERE, "resources"),
                f"lacks {key}",
                "Say what its scopes are there; nothing can be assumed.",
            )
            continue
        for audience in audiences(server, resource):
            if audience in owner:
                yield Finding(
                    (*_HERE, "resources", key, "audiences"),
                    f"has an audience of {owner[audience]} too, so that tokens for one would fit the other",
                    "Give each protected resource an audience of its own.",
                )
            owner.setdefault(audience, key)


def _registration(declaration: Declaration, server: External) -> Iterator[Finding]:
    here, registration = (*_HERE, "registration"), server.registration
    if registration.dynamic:
        yield from check_access(declaration, (*here, "dynamic", "access"), registration.dynamic.access)
    if registration.metadata_documents:
        path = (*here, "metadataDocuments", "access")
        yield from check_access(declaration, path, registration.metadata_documents.access)


def _person(declaration: Declaration, server: External) -> Iterator[Finding]:
    if people_sign_in(declaration, server) and not server.tokens.person:
        yield Finding(
            (*_HERE, "tokens", "person"),
            "is missing, and people sign in: RFC 9068 has no claim that tells their tokens from programs'",
            "Say what the server puts into a person's token only, such as [{claim: sid, must: present}].",
        )


def _client(path: Path, client: Client) -> Iterator[Finding]:
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "chooses a client ID, but the server assigns it (RFC 7591, section 3.2.1)",
            "Remove it; the stack's output clientIds has the one that the server gave.",
        )
    if client.secret:
        yield Finding(
            (*path, "secret"),
            "gives the secret an end, but the server decides that (RFC 7591, client_secret_expires_at)",
            "Remove it; the server makes a secret anyway.",
        )
    if client.federated_credential:
        yield Finding(
            (*path, "federatedCredential"),
            "is not something that RFC 7591 can register",
            "Use privateKeyJwt with jwksUrl, which needs no secret either.",
        )
    if client.private_key_jwt and client.private_key_jwt.certificate:
        yield Finding(
            (*path, "privateKeyJwt", "certificate"),
            "is not something that RFC 7591 can register",
            "Give the address of the client's keys as jwksUrl.",
        )
    if client.web_origins:
        yield Finding(
            (*path, "webOrigins"),
            "is not something that RFC 7591 can register",
            "Remove it, and allow the origins at the server.",
        )
