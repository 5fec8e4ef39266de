"""The settings document of a tenant on Keycloak.

Every value follows from the declaration, because client IDs and scopes can be chosen in Keycloak. Sources:
Keycloak, Securing Applications and Services Guide; claims as Keycloak 26.7 issues them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.declaration import ServerIds
from flow_mcp.settings import (
    AuthorizationServer,
    ClaimCondition,
    Client,
    Grant,
    ResourceAtServer,
    SettingsDocument,
    TokenProfile,
    TokenRequest,
)

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

PROFILE = TokenProfile(
    algorithms=("RS256",),
    types=("JWT", "at+jwt"),
    client_claim="azp",
    scope_claim="scope",
    # Keycloak's ID, refresh and logout tokens are JWTs of the same issuer; this claim distinguishes them.
    conditions=(ClaimCondition(claim="typ", must="one-of", values=("Bearer",)),),
    # Only a person's sign-in has a session. The resource's scope adds client_id to the tokens of programs.
    person=(
        ClaimCondition(claim="sid", must="present"),
        ClaimCondition(claim="client_id", must="absent"),
    ),
)


_BOUND = ClaimCondition(claim="typ", must="one-of", values=("Bearer", "DPoP"))
"""Keycloak gives the access tokens that it binds to a key the type DPoP."""


def authority(declaration: Declaration) -> str:
    """Return the issuer, which follows from the realm's name."""
    return cast("Keycloak", declaration.server).issuer


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:  # noqa: ARG001 Keycloak's are chosen
    """Return the settings document. It is identical for the same declaration."""
    server = cast("Keycloak", declaration.server)

    def token_request(grant: Grant, client_id: str, resource: ResourceDeclared) -> TokenRequest:
        return _token_request(server, grant, client_id, resource, names.scope(declaration, resource))

    registration = server.registration
    domains = registration.metadata_documents.domains if registration.metadata_documents else ()
    clients = tuple(documents.clients(declaration, declaration.client_id, token_request))
    return documents.document(
        declaration,
        AuthorizationServer(
            kind="keycloak",
            authority=server.issuer,
            issuers=(server.issuer,),
            metadata_url=f"{server.issuer}/.well-known/openid-configuration",
            token_profile=_profile(clients, declaration),
            clients=clients,
            registration=documents.registration(declaration, domains),
        ),
        (
            (resource, _at_server(server, resource, names.scope(declaration, resource)))
            for resource in declaration.resources
        ),
    )


def _profile(clients: Iterable[Client], declaration: Declaration) -> TokenProfile:
    bound = declaration.binding() or any(client.binding for client in clients)
    return PROFILE.model_copy(update={"conditions": (_BOUND,)}) if bound else PROFILE


def _at_server(server: Keycloak, resource: ResourceDeclared, scope: str) -> ResourceAtServer:
    return ResourceAtServer(
        authority=server.issuer,
        audiences=(resource.url,),
        scopes_advertised=(scope,),
        scopes_in_tokens=(scope,),
    )


def _token_request(
    server: Keycloak, grant: Grant, client_id: str, resource: ResourceDeclared, scope: str
) -> TokenRequest:
    endpoints = f"{server.issuer}/protocol/openid-connect"
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
