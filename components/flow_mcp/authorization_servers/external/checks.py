"""Checks of a declaration for an external authorization server, made before any request to the server."""

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

_PATH: Path = ("authorizationServer", "external")


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield the findings of all checks that apply to external authorization servers only."""
    server = cast("External", declaration.server)
    yield from people.check_everyone(declaration)
    yield from _resources(declaration, server)
    yield from _registration(declaration, server)
    yield from _person(declaration, server)
    for name, client in declaration.tenant.clients.items():
        if server.client_registration is None:
            yield Finding(
                ("clients", name),
                "needs registration at the server, but clientRegistration is not declared",
                "Add authorizationServer.external.clientRegistration if the server supports RFC 7591. "
                "Otherwise register the client by hand, and list it under manualRegistrations.",
            )
        yield from _client(("clients", name), client)


def _resources(declaration: Declaration, server: External) -> Iterator[Finding]:
    declared = {resource.key: resource for resource in declaration.resources}
    for key in server.resources:
        if key not in declared:
            yield Finding(
                (*_PATH, "resources", key),
                "is not a protected resource of the tenant",
                f"Declared: {', '.join(declared)}.",
            )
    key_of_audience: dict[str, str] = {}
    for key, resource in declared.items():
        if key not in server.resources:
            yield Finding(
                (*_PATH, "resources"),
                f"lacks {key}",
                "Declare the scopes of the protected resource; there is no default.",
            )
            continue
        for audience in audiences(server, resource):
            if audience in key_of_audience:
                yield Finding(
                    (*_PATH, "resources", key, "audiences"),
                    f"has an audience of {key_of_audience[audience]}, so tokens for one would be valid for "
                    "the other",
                    "Declare a separate audience for each protected resource.",
                )
            key_of_audience.setdefault(audience, key)


def _registration(declaration: Declaration, server: External) -> Iterator[Finding]:
    registration_path, registration = (*_PATH, "registration"), server.registration
    if registration.dynamic:
        path = (*registration_path, "dynamic", "access")
        yield from check_access(declaration, path, registration.dynamic.access)
    if registration.metadata_documents:
        path = (*registration_path, "metadataDocuments", "access")
        yield from check_access(declaration, path, registration.metadata_documents.access)


def _person(declaration: Declaration, server: External) -> Iterator[Finding]:
    if people_sign_in(declaration, server) and not server.tokens.person:
        yield Finding(
            (*_PATH, "tokens", "person"),
            "is missing, but people sign in, and RFC 9068 has no claim that only their tokens have",
            "Declare what only a person's token has, such as [{claim: sid, must: present}].",
        )


def _client(path: Path, client: Client) -> Iterator[Finding]:
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "declares a client ID, but the server assigns client IDs (RFC 7591, section 3.2.1)",
            "Remove it. The stack's output clientIds contains the assigned one.",
        )
    if client.secret:
        yield Finding(
            (*path, "secret"),
            "declares an expiry or a rotation, which the server decides (RFC 7591, client_secret_expires_at)",
            "Remove it. The server generates a secret anyway. To replace it, register another client.",
        )
    if client.federated_credential:
        yield Finding(
            (*path, "federatedCredential"),
            "cannot be registered with RFC 7591",
            "Use privateKeyJwt with jwksUrl, which needs no secret either.",
        )
    if client.private_key_jwt and client.private_key_jwt.certificate:
        yield Finding(
            (*path, "privateKeyJwt", "certificate"),
            "cannot be registered with RFC 7591",
            "Declare the URL of the client's keys as jwksUrl.",
        )
    if client.web_origins:
        yield Finding(
            (*path, "webOrigins"),
            "cannot be registered with RFC 7591",
            "Remove it, and allow the origins at the server.",
        )
