"""The settings document of a tenant on Keycloak.

Every value follows from the declaration, for Keycloak lets client IDs and scopes be chosen. Sources:
Keycloak, Securing Applications and Services Guide; claims as Keycloak 26.7 issues them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, cast

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.kind import ServerIds
from flow_mcp.declaration.clients import Client as ClientDeclared
from flow_mcp.settings import (
    AuthorizationServer,
    ClaimCondition,
    Client,
    DynamicRegistration,
    Grant,
    MetadataDocuments,
    ProtectedResource,
    Registration,
    ResourceAtServer,
    SettingsDocument,
    TokenProfile,
    TokenRequest,
)

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Declaration, ResourceDeclared

PROFILE = TokenProfile(
    algorithms=("RS256",),
    types=("JWT", "at+jwt"),
    client_claim="azp",
    scope_claim="scope",
    # ID, refresh and logout tokens of Keycloak are JWTs of the same issuer and differ in this claim.
    conditions=(ClaimCondition(claim="typ", must="one-of", values=("Bearer",)),),
    # Only a person's login has a session; our scope's own mapper puts client_id into a program's token.
    person=(
        ClaimCondition(claim="sid", must="present"),
        ClaimCondition(claim="client_id", must="absent"),
    ),
)


def authority(declaration: Declaration) -> str:
    """The issuer, which follows from the realm's name."""
    return cast("Keycloak", declaration.server).issuer


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:  # noqa: ARG001 Keycloak's are chosen
    """The settings document; the same declaration gives the same document."""
    server = cast("Keycloak", declaration.server)
    return SettingsDocument(
        tenant=declaration.tenant.id,
        authorization_servers=(
            AuthorizationServer(
                kind="keycloak",
                authority=server.issuer,
                issuers=(server.issuer,),
                metadata_url=f"{server.issuer}/.well-known/openid-configuration",
                token_profile=PROFILE,
                clients=tuple(_clients(declaration, server)),
                registration=_registration(declaration, server),
            ),
        ),
        protected_resources=tuple(
            ProtectedResource(
                url=resource.url,
                workspace=resource.workspace,
                environment=resource.environment,
                authorization_servers=(
                    ResourceAtServer(
                        authority=server.issuer,
                        audiences=(resource.url,),
                        scopes_advertised=(names.scope(declaration, resource),),
                        scopes_in_tokens=(names.scope(declaration, resource),),
                    ),
                ),
            )
            for resource in declaration.resources
        ),
    )


def _clients(declaration: Declaration, server: Keycloak) -> Iterator[Client]:
    tenant = declaration.tenant
    for name, client in sorted(tenant.clients.items()):
        yield _client(
            declaration, server, name, declaration.client_id(name), client.grant, client.access, client
        )
    for name, manual in sorted(tenant.manual_registrations.items()):
        yield _client(declaration, server, name, manual.client_id, manual.grant, manual.access, None)


def _client(
    declaration: Declaration,
    server: Keycloak,
    name: str,
    client_id: str,
    grant: Grant,
    access: tuple[str, ...],
    managed: ClientDeclared | None,
) -> Client:
    resources = declaration.reached_by(access)
    return Client(
        name=name,
        client_id=client_id,
        registration="managed" if managed else "manual",
        grant=grant,
        authentication=_authentication(managed) if managed else None,
        access=tuple(resource.key for resource in resources),
        token_requests=tuple(_token_request(declaration, server, grant, client_id, r) for r in resources),
    )


def _authentication(client: ClientDeclared) -> Literal["none", "client-secret", "private-key-jwt"]:
    if not client.confidential:
        return "none"
    return "private-key-jwt" if client.private_key_jwt else "client-secret"


def _token_request(
    declaration: Declaration, server: Keycloak, grant: Grant, client_id: str, resource: ResourceDeclared
) -> TokenRequest:
    endpoints = f"{server.issuer}/protocol/openid-connect"
    scope = names.scope(declaration, resource)
    if grant is Grant.CLIENT_CREDENTIALS:
        return TokenRequest(
            resource=resource.url,
            token_endpoint=f"{endpoints}/token",
            parameters={"grant_type": "client_credentials", "scope": scope},
        )
    return TokenRequest(
        resource=resource.url,
        token_endpoint=f"{endpoints}/token",
        parameters={"grant_type": "authorization_code", "client_id": client_id},
        authorization_endpoint=f"{endpoints}/auth",
        authorization_parameters={
            "client_id": client_id,
            "code_challenge_method": "S256",
            "response_type": "code",
            "scope": scope,
        },
    )


def _registration(declaration: Declaration, server: Keycloak) -> Registration:
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents

    def keys(access: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(resource.key for resource in declaration.reached_by(access))

    return Registration(
        dynamic=DynamicRegistration(access=keys(dynamic.access)) if dynamic else None,
        metadata_documents=MetadataDocuments(domains=documents.domains, access=keys(documents.access))
        if documents
        else None,
    )
