"""Checks of a declaration for Auth0, made before any request to the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.base import is_loopback, seconds
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.sign_in_paths import admitted

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_PATH: Path = ("authorizationServer", "auth0")
MAXIMUM_ACCESS_SECONDS = 86_400
"""A limit of this project; Auth0 allows 30 days."""
MAXIMUM_REFRESH_SECONDS = 31_557_600
"""https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-expiration"""


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield the findings of all checks that apply to Auth0 only."""
    server = cast("Auth0", declaration.server)
    yield from people.check_by_resource(declaration)
    yield from _tenant(server)
    yield from _lifetimes(server)
    yield from _registration(declaration, server)
    for name, client in declaration.tenant.clients.items():
        yield from _credentials(("clients", name), client)
        yield from _redirects(("clients", name), client)


def owns(declaration: Declaration) -> Iterator[tuple[Path, str]]:
    """Yield the objects that are unique in an Auth0 tenant, each with its path and a description.

    If two stacks owned one of them, they would overwrite each other's changes or fail.
    """
    server = cast("Auth0", declaration.server)
    if server.tenant_settings.manage:
        yield (*_PATH, "tenantSettings", "manage"), f"the settings of the Auth0 tenant {server.domain}"
    if server.roles.create:
        groups = {
            group for resource in declaration.resources for group in admitted(declaration, resource).groups
        }
        for group in sorted(groups):
            yield (*_PATH, "roles", "create"), f"the role {group} of the Auth0 tenant {server.domain}"
    if documents := server.registration.metadata_documents:
        for index, url in enumerate(documents.documents):
            path = (*_PATH, "registration", "metadataDocuments", "documents", index)
            yield path, f"the document {url} in the Auth0 tenant {server.domain}"


def _tenant(server: Auth0) -> Iterator[Finding]:
    if server.custom_domain == server.domain:
        yield Finding(
            (*_PATH, "customDomain"),
            "equals domain",
            "Remove it, or declare the domain of the Management API, such as acme.eu.auth0.com, as domain.",
        )
    if server.tenant_settings.resource_parameter_profile and not server.tenant_settings.manage:
        yield Finding(
            (*_PATH, "tenantSettings", "resourceParameterProfile"),
            "changes the whole Auth0 tenant, which this stack does not manage",
            "Add manage: true if this stack may change the tenant, or remove this entry.",
        )


def _lifetimes(server: Auth0) -> Iterator[Finding]:
    access, refresh = server.tokens.access, server.tokens.refresh
    if seconds(access) > MAXIMUM_ACCESS_SECONDS:
        yield Finding(
            (*_PATH, "tokens", "access"),
            "is longer than a day, and an access token cannot be revoked",
            "Declare at most 24h, and declare refresh for clients that people use.",
        )
    if refresh is None:
        return
    if seconds(refresh.lifetime) > MAXIMUM_REFRESH_SECONDS:
        yield Finding(
            (*_PATH, "tokens", "refresh", "lifetime"), "is longer than Auth0 allows", "Declare at most 365d."
        )
    if seconds(refresh.idle) > seconds(refresh.lifetime):
        yield Finding(
            (*_PATH, "tokens", "refresh", "idle"),
            "is longer than the refresh token's lifetime, which Auth0 rejects",
            f"Declare at most {refresh.lifetime}.",
        )


def _registration(declaration: Declaration, server: Auth0) -> Iterator[Finding]:
    registration, registration_path = server.registration, (*_PATH, "registration")
    if dynamic := registration.dynamic:
        yield from check_access(declaration, (*registration_path, "dynamic", "access"), dynamic.access)
        yield Finding(
            (*registration_path, "dynamic"),
            "lets everyone register clients with any redirect URI, because Auth0 cannot restrict the hosts",
            "Use metadataDocuments if you can. Scopes and people limit registered clients in either case.",
            "warning",
        )
    if documents := registration.metadata_documents:
        yield from check_access(
            declaration, (*registration_path, "metadataDocuments", "access"), documents.access
        )
    for key, method in server.registration_methods.items():
        if method and not server.tenant_settings.manage:
            yield Finding(
                (*registration_path, key),
                "needs a setting of the whole Auth0 tenant, which this stack does not manage",
                "Ask an administrator to turn it on, or add tenantSettings: {manage: true}. "
                "A preview shows whether it is on.",
                "warning",
            )


def _credentials(path: Path, client: Client) -> Iterator[Finding]:
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "declares a client ID, but Auth0 assigns client IDs",
            "Remove it. The stack's output clientIds contains the assigned one.",
        )
    if client.secret and client.secret.lifetime:
        yield Finding(
            (*path, "secret", "lifetime"),
            "declares an expiry, but Auth0's client secrets do not expire",
            "Remove it (Auth0 generates a secret anyway), declare rotateAfter, or use privateKeyJwt.",
        )
    if client.secret and client.secret.overlap:
        yield Finding(
            (*path, "secret", "overlap"),
            "is not supported by Auth0: a client has one secret, which a rotation ends at once",
            "Remove it, and rotate with --allow-gap; or use privateKeyJwt, with two keys during a rotation.",
        )
    if client.federated_credential:
        yield Finding(
            (*path, "federatedCredential"),
            "is not supported by Auth0",
            "Use privateKeyJwt, which needs no secret either.",
        )
    if client.private_key_jwt is None:
        return
    if client.private_key_jwt.jwks_url:
        yield Finding(
            (*path, "privateKeyJwt", "jwksUrl"),
            "is not supported by Auth0 for clients that a stack registers",
            "Declare certificate instead.",
        )
        return
    # Imported on use only: the import takes longer than all others of this module.
    from flow_mcp.authorization_servers.auth0 import keys

    declared = client.private_key_jwt
    for key, pem in {
        "certificate": declared.certificate,
        "previousCertificate": declared.previous_certificate,
    }.items():
        if pem is None or (problem := keys.key_problem(pem)) is None:
            continue
        yield Finding(
            (*path, "privateKeyJwt", key),
            problem,
            "Declare the X.509 certificate or public key of an RSA key pair in PEM.",
        )


def _redirects(path: Path, client: Client) -> Iterator[Finding]:
    for index, uri in enumerate(client.redirect_uris):
        parts = urlsplit(uri)
        if is_loopback(parts.hostname) and parts.port is None:
            yield Finding(
                (*path, "redirectUris", index),
                "has no port, and Auth0 compares redirect URIs exactly, port included",
                "List one URI for each port that the application listens on.",
                "warning",
            )
