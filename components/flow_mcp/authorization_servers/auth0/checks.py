"""What Auth0 cannot do, or would do wrong, found before it is called."""

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

_HERE: Path = ("authorizationServer", "auth0")
_LONGEST_ACCESS = 86_400
"""Seconds; Auth0 would allow 30 days."""
_LONGEST_REFRESH = 31_557_600
"""Seconds; https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-expiration"""


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to Auth0."""
    server = cast("Auth0", declaration.server)
    yield from people.check_by_resource(declaration)
    yield from _tenant(server)
    yield from _lifetimes(server)
    yield from _registration(declaration, server)
    for name, client in declaration.tenant.clients.items():
        yield from _credentials(("clients", name), client)
        yield from _redirects(("clients", name), client)


def owns(declaration: Declaration) -> Iterator[tuple[Path, str]]:
    """What Auth0 has once in a tenant, so that two stacks would undo each other's or fail."""
    server = cast("Auth0", declaration.server)
    if server.tenant_settings.manage:
        yield (*_HERE, "tenantSettings", "manage"), f"the settings of the Auth0 tenant {server.domain}"
    if server.roles.create:
        groups = {
            group for resource in declaration.resources for group in admitted(declaration, resource).groups
        }
        for group in sorted(groups):
            yield (*_HERE, "roles", "create"), f"the role {group} of the Auth0 tenant {server.domain}"
    if documents := server.registration.metadata_documents:
        for index, url in enumerate(documents.documents):
            path = (*_HERE, "registration", "metadataDocuments", "documents", index)
            yield path, f"the document {url} in the Auth0 tenant {server.domain}"


def _tenant(server: Auth0) -> Iterator[Finding]:
    if server.custom_domain == server.domain:
        yield Finding(
            (*_HERE, "customDomain"),
            "is the tenant's own domain",
            "Remove it, or write its own (acme.eu.auth0.com) as domain: the Management API is there.",
        )
    if server.tenant_settings.resource_parameter_profile and not server.tenant_settings.manage:
        yield Finding(
            (*_HERE, "tenantSettings", "resourceParameterProfile"),
            "changes the whole Auth0 tenant, which this stack may not",
            "Add manage: true if this stack may change it, or remove it.",
        )


def _lifetimes(server: Auth0) -> Iterator[Finding]:
    access, refresh = server.tokens.access, server.tokens.refresh
    if seconds(access) > _LONGEST_ACCESS:
        yield Finding(
            (*_HERE, "tokens", "access"),
            "is longer than a day, and an access token cannot be called back",
            "Write at most 24h, and declare refresh for applications of people.",
        )
    if refresh is None:
        return
    if seconds(refresh.lifetime) > _LONGEST_REFRESH:
        yield Finding(
            (*_HERE, "tokens", "refresh", "lifetime"), "is longer than Auth0 allows", "Write at most 365d."
        )
    if seconds(refresh.idle) > seconds(refresh.lifetime):
        yield Finding(
            (*_HERE, "tokens", "refresh", "idle"),
            "is longer than the refresh token's lifetime, which Auth0 refuses",
            f"Write at most {refresh.lifetime}.",
        )


def _registration(declaration: Declaration, server: Auth0) -> Iterator[Finding]:
    registration, here = server.registration, (*_HERE, "registration")
    if dynamic := registration.dynamic:
        yield from check_access(declaration, (*here, "dynamic", "access"), dynamic.access)
        yield Finding(
            (*here, "dynamic"),
            "lets anyone register clients, with any redirect URI: Auth0 has no list of hosts",
            "Its scopes and the people it admits still limit what it can do; metadataDocuments are narrower.",
            "warning",
        )
    if documents := registration.metadata_documents:
        yield from check_access(declaration, (*here, "metadataDocuments", "access"), documents.access)
    for key, way in registration.methods.items():
        if way and not server.tenant_settings.manage:
            yield Finding(
                (*here, key),
                "needs a setting of the whole Auth0 tenant, which this stack may not change",
                "Have an administrator switch it on (a preview says whether it is), "
                "or add tenantSettings: {manage: true}.",
                "warning",
            )


def _credentials(path: Path, client: Client) -> Iterator[Finding]:
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "chooses a client ID, but Auth0 assigns them",
            "Remove it; the stack's output clientIds has the one that Auth0 gave.",
        )
    if client.secret:
        yield Finding(
            (*path, "secret"),
            "gives the secret an end, but Auth0's client secrets have none",
            "Remove it (Auth0 makes a secret anyway), or use privateKeyJwt.",
        )
    if client.federated_credential:
        yield Finding(
            (*path, "federatedCredential"),
            "is not something that Auth0 offers",
            "Use privateKeyJwt, which needs no secret either.",
        )
    if client.private_key_jwt is None:
        return
    if client.private_key_jwt.jwks_url:
        yield Finding(
            (*path, "privateKeyJwt", "jwksUrl"),
            "is not something that Auth0 reads for clients that a stack registers",
            "Give the certificate instead.",
        )
        return
    # Loaded only for those who declare one: reading keys takes longer to load than everything else here.
    from flow_mcp.authorization_servers.auth0 import keys

    if wrong := keys.problem(client.private_key_jwt.certificate or ""):
        yield Finding(
            (*path, "privateKeyJwt", "certificate"),
            wrong,
            "Give the X.509 certificate or public key of an RSA key pair, in PEM.",
        )


def _redirects(path: Path, client: Client) -> Iterator[Finding]:
    for index, uri in enumerate(client.redirect_uris):
        parts = urlsplit(uri)
        if is_loopback(parts.hostname) and parts.port is None:
            yield Finding(
                (*path, "redirectUris", index),
                "names no port, and Auth0 compares redirect URIs exactly, port included",
                "List one URI for each port that the application listens on.",
                "warning",
            )
