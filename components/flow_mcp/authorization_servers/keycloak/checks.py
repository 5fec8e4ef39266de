"""Checks of a declaration for Keycloak, made before any request to the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.keycloak import federated_issuers, names
from flow_mcp.authorization_servers.keycloak.client_properties import default_scopes_name
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.group_paths import path_names
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.sign_in_paths import sign_in_paths

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_PATH: Path = ("authorizationServer", "keycloak")
_MAXIMUM_ACCESS_SECONDS = 86_400
_NEW_REALM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield the findings of all checks that apply to Keycloak only."""
    server = cast("Keycloak", declaration.server)
    yield from people.check_by_resource(declaration)
    yield from _groups(declaration, server)
    yield from _registration(declaration, server)
    yield from _server(server)
    yield from _scopes(declaration, server)
    yield from _client_ids(declaration)
    yield from _credentials(declaration)
    yield from federated_issuers.check(declaration)
    yield from _kept(declaration)


def _kept(declaration: Declaration) -> Iterator[Finding]:
    """Yield findings about declared attributes that an adopted client or scope would not get."""
    tenant = declaration.tenant
    redeems = {name for entry in tenant.enterprise or () for name in entry.clients}
    for name, client in tenant.clients.items():
        if "extraConfig" not in tenant.kept("Client", name):
            continue
        key = client.private_key_jwt
        needs_attributes = {
            "secret": client.secret is not None and client.secret.overlap is not None,
            "privateKeyJwt": key is not None and key.previous_certificate is not None,
            "federatedCredential": client.federated_credential is not None,
            "tokens": declaration.binding(client) is not None,
            "access": name in redeems,
        }
        for setting in (setting for setting, needed in needs_attributes.items() if needed):
            yield Finding(
                ("clients", name, setting),
                "needs attributes of the client, but the adopted client keeps its own (keep: extraConfig)",
                f"Remove extraConfig from adopted.Client/{name}.keep, apply that, and then declare this.",
            )
    for resource in declaration.resources if tenant.enterprise else ():
        if tenant.leaves("GenericProtocolMapper", f"{resource.key}-program"):
            yield Finding(
                ("enterprise",),
                f"needs the mapper that marks tokens of programs, which `adopted` leaves for {resource.key}",
                f"Remove the line GenericProtocolMapper/{resource.key}-program of adopted first.",
            )
    for name in sorted(redeems & tenant.clients.keys()):
        line = f"ClientDefaultScopes/{default_scopes_name(name)}"
        if tenant.leaves(*line.split("/")):
            # The client policies that compare the assertion's resource apply to requested scopes.
            yield Finding(
                ("enterprise",),
                "is not bound to the protected resource of an assertion, because `adopted` leaves the "
                f"default scopes of {name}",
                f"Remove the line {line} of adopted first, and apply that.",
            )


def _server(server: Keycloak) -> Iterator[Finding]:
    for key, url in (("url", server.url), ("adminUrl", server.admin_url)):
        if url and "realms" in url.split("/"):
            yield Finding(
                (*_PATH, key), "contains a realm", "Declare the base URL here and the realm as realm.name."
            )
    # An existing realm may have its own administrator without permissions in other realms.
    if server.realm.name == "master" or (
        server.realm.create and server.realm.name.casefold() == server.administration.realm.casefold()
    ):
        yield Finding(
            (*_PATH, "realm", "name"),
            "is the realm of the administrators, and the tenant's clients must not share it",
            "Declare a separate realm for the tenant.",
        )
    if server.realm.create and not _NEW_REALM.fullmatch(server.realm.name):
        yield Finding(
            (*_PATH, "realm", "name"),
            "is not a valid name for a realm that the stack creates",
            "Use 1 to 63 letters, digits, - and _, beginning with a letter or digit. "
            "With create: false every name that Keycloak allows is valid.",
        )
    if seconds(server.tokens.access) > _MAXIMUM_ACCESS_SECONDS:
        yield Finding(
            (*_PATH, "tokens", "access"),
            "is longer than a day, and an access token cannot be revoked",
            "Declare at most 24h. Clients request new tokens automatically.",
        )


def _scopes(declaration: Declaration, server: Keycloak) -> Iterator[Finding]:
    keys = {resource.key for resource in declaration.resources}
    others = {names.scope(declaration, resource): resource.key for resource in declaration.resources}
    for key, scope in server.scopes.items():
        path = (*_PATH, "scopes", key)
        if key not in keys:
            yield Finding(path, "is not a declared workspace and environment", "Remove it, or correct it.")
        elif others[scope] != key:
            yield Finding(
                path,
                f"is also the scope of {others[scope]}, so its tokens would fit both",
                "Declare a separate scope for each workspace and environment.",
            )
        elif scope.startswith(names.SCOPE_PREFIX) or scope in names.BUILT_IN_SCOPES:
            yield Finding(
                path,
                "is a name that Keycloak or this project gives to scopes",
                "Choose another name, or remove it to use the default name.",
            )


def _groups(declaration: Declaration, server: Keycloak) -> Iterator[Finding]:
    for sign_in in sign_in_paths(declaration):
        declared = sign_in.people.groups if sign_in.people else ()
        names_of = {group: path_names(group) or (group,) for group in declared}
        for index, group in enumerate(declared):
            path = (*sign_in.path, "people", "groups", index)
            if not all(names_of[group]):
                yield Finding(
                    path,
                    "is not a valid group path",
                    "Declare all names from the top, such as /finance/planners. "
                    "Write a slash in a name as ~/.",
                )
            earlier = (names_of[name] for name in declared[:index])
            if server.realm.create and names_of[group] in earlier:
                yield Finding(path, "is the same group as another entry", "Remove one of them.")


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
                "is the ID of a built-in client of every Keycloak realm",
                "Choose another client ID.",
            )


def _credentials(declaration: Declaration) -> Iterator[Finding]:
    for name, client in declaration.tenant.clients.items():
        key = client.private_key_jwt
        declared = (
            {"certificate": key.certificate, "previousCertificate": key.previous_certificate} if key else {}
        )
        for setting, certificate in declared.items():
            if certificate and not _is_certificate(certificate):
                yield Finding(
                    ("clients", name, "privateKeyJwt", setting),
                    "is not an X.509 certificate",
                    "Declare a certificate, which may be self-signed, or a jwksUrl. "
                    "Keycloak does not accept a bare public key.",
                )
        if client.secret and client.secret.lifetime:
            yield Finding(
                ("clients", name, "secret", "lifetime"),
                "declares an expiry, but Keycloak's client secrets do not expire",
                "Remove it (Keycloak generates a secret anyway), declare rotateAfter and overlap, or use "
                "privateKeyJwt.",
            )


def _registration(declaration: Declaration, server: Keycloak) -> Iterator[Finding]:
    registration, path = server.registration, (*_PATH, "registration")
    if (registration.dynamic or registration.metadata_documents) and not server.manages_registration:
        yield Finding(
            path,
            "opens registration in an existing realm whose policies the stack may not change",
            "Add manage: true if this stack may change them, or remove dynamic and metadataDocuments.",
        )
    if registration.manage and server.realm.create:
        yield Finding(
            (*path, "manage"),
            "is for existing realms; in a realm that it creates, the stack always manages registration",
            "Remove it.",
        )
    if registration.dynamic:
        yield from check_access(declaration, (*path, "dynamic", "access"), registration.dynamic.access)
        for index, scope in enumerate(registration.dynamic.allowed_scopes):
            if scope.startswith(names.SCOPE_PREFIX):
                yield Finding(
                    (*path, "dynamic", "allowedScopes", index),
                    "is the scope of a protected resource, which only access may grant",
                    "Remove it, and list the resource in access.",
                )
        if not registration.dynamic.sender_hosts:
            yield Finding(
                (*path, "dynamic"),
                "declares no senderHosts, so clients can register from any address",
                "Add senderHosts if you know the addresses. Redirect hosts, scopes and people limit such "
                "clients in either case.",
                "warning",
            )
    if registration.metadata_documents:
        documents = registration.metadata_documents
        yield from check_access(declaration, (*path, "metadataDocuments", "access"), documents.access)


def owns(declaration: Declaration) -> Iterator[tuple[Path, str]]:
    """Yield the objects that only one stack may own, each with its path and a description."""
    server = cast("Keycloak", declaration.server)
    if server.realm.create:
        yield (*_PATH, "realm", "name"), f"the realm {server.issuer}"
    elif server.manages_registration:
        yield (*_PATH, "registration", "manage"), f"the registration of the realm {server.issuer}"
    for name in declaration.tenant.clients:
        client_id = declaration.client_id(name)
        yield ("clients", name, "clientId"), f"the client {client_id} of the realm {server.issuer}"
    for name, client in declaration.tenant.clients.items():
        if credential := client.federated_credential:
            path: Path = ("clients", name, "federatedCredential", "issuer")
            yield path, f"the identity provider for {credential.issuer} of the realm {server.issuer}"
    for index, entry in enumerate(declaration.tenant.enterprise or ()):
        path = ("enterprise", index, "issuer")
        yield path, f"the identity provider for {entry.issuer} of the realm {server.issuer}"


def _is_certificate(pem: str) -> bool:
    # Imported on use only: the import would double the start-up time of `check`.
    from cryptography.x509 import load_pem_x509_certificate

    try:
        load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False
    return True
