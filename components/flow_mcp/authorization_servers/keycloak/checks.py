"""What Keycloak cannot do, or would do wrong, found before it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.group_paths import path_names
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.sign_in_paths import sign_in_paths

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_HERE: Path = ("authorizationServer", "keycloak")
_LONGEST_ACCESS = 86_400
_NEW_REALM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to Keycloak."""
    server = cast("Keycloak", declaration.server)
    yield from people.check_by_resource(declaration)
    yield from _groups(declaration, server)
    yield from _registration(declaration, server)
    yield from _server(server)
    yield from _client_ids(declaration)
    yield from _credentials(declaration)


def _server(server: Keycloak) -> Iterator[Finding]:
    for key, url in (("url", server.url), ("adminUrl", server.admin_url)):
        if url and "realms" in url.split("/"):
            yield Finding((*_HERE, key), "names a realm", "Give the base address; the realm is realm.name.")
    # A realm that exists may have an administrator of its own, who has rights in no other.
    if server.realm.name == "master" or (
        server.realm.create and server.realm.name.casefold() == server.administration.realm.casefold()
    ):
        yield Finding(
            (*_HERE, "realm", "name"),
            "is the administrators' realm",
            "Give the tenant a realm of its own: its clients must not live beside administrators.",
        )
    if server.realm.create and not _NEW_REALM.fullmatch(server.realm.name):
        yield Finding(
            (*_HERE, "realm", "name"),
            "is no name for a realm that the stack creates",
            "Use 1 to 63 letters, digits, - and _, first a letter or digit; create: false takes any realm.",
        )
    if seconds(server.tokens.access) > _LONGEST_ACCESS:
        yield Finding(
            (*_HERE, "tokens", "access"),
            "is longer than a day, and an access token cannot be called back",
            "Write at most 24h; clients get new ones by themselves.",
        )


def _groups(declaration: Declaration, server: Keycloak) -> Iterator[Finding]:
    for entrance in sign_in_paths(declaration):
        declared = entrance.people.groups if entrance.people else ()
        names_of = {group: path_names(group) or (group,) for group in declared}
        for index, group in enumerate(declared):
            here = (*entrance.path, "people", "groups", index)
            if not all(names_of[group]):
                yield Finding(
                    here,
                    "is not the path of a group",
                    "Write the names from the top, such as /finance/planners; a slash within a name is ~/.",
                )
            if server.realm.create and any(names_of[other] == names_of[group] for other in declared[:index]):
                yield Finding(here, "is the same group as another entry", "Remove one of them.")


def _client_ids(declaration: Declaration) -> Iterator[Finding]:
    tenant = declaration.tenant
    for part, name, client_id in (
        *(("clients", name, client.client_id) for name, client in tenant.clients.items()),
        *(
            ("manualRegistrations", name, manual.client_id)
            for name, manual in tenant.manual_registrations.items()
        ),
    ):
        if client_id in names.BUILT_IN_CLIENTS:
            yield Finding(
                (part, name, "clientId"),
                "is a client that Keycloak makes in every realm for itself",
                "Choose another client ID.",
            )


def _credentials(declaration: Declaration) -> Iterator[Finding]:
    for name, client in declaration.tenant.clients.items():
        certificate = client.private_key_jwt and client.private_key_jwt.certificate
        if certificate and not _is_certificate(certificate):
            yield Finding(
                ("clients", name, "privateKeyJwt", "certificate"),
                "is not an X.509 certificate",
                "Keycloak takes no bare public key: give a certificate (self-signed will do) or a jwksUrl.",
            )
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
        for index, scope in enumerate(registration.dynamic.allowed_scopes):
            if scope.startswith(names.SCOPES):
                yield Finding(
                    (*here, "dynamic", "allowedScopes", index),
                    "is the scope of a protected resource",
                    "Name the resource in access, where it is seen.",
                )
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


def owns(declaration: Declaration) -> Iterator[tuple[Path, str]]:
    """The realm or what of a shared one is a single stack's."""
    server = cast("Keycloak", declaration.server)
    if server.realm.create:
        yield (*_HERE, "realm", "name"), f"the realm {server.issuer}"
    elif server.manages_registration:
        yield (*_HERE, "registration", "manage"), f"the registration of the realm {server.issuer}"
    for name in declaration.tenant.clients:
        client_id = declaration.client_id(name)
        yield ("clients", name, "clientId"), f"the client {client_id} of the realm {server.issuer}"


def _is_certificate(pem: str) -> bool:
    # Loaded only for those who declare one: it would double the time that `check` needs to start.
    from cryptography.x509 import load_pem_x509_certificate

    try:
        load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    return True
