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
from flow_mcp.authorization_servers.token_requests import person_request, program_request
from flow_mcp.declaration.declaration import ServerIds
from flow_mcp.declaration.enterprise import ID_JAG, JWT_BEARER, issuers_of
from flow_mcp.settings import (
    AuthorizationServer,
    ClaimCondition,
    Client,
    Grant,
    IdentityAssertion,
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

ENTERPRISE_PROFILE = PROFILE.model_copy(
    # The session of an assertion is transient, so its tokens have no `sid`.
    update={"person": tuple(condition for condition in PROFILE.person if condition.claim != "sid")}
)
"""The profile of a tenant whose clients redeem identity assertions."""


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
    clients = tuple(
        _with_assertions(declaration, client)
        for client in documents.clients(declaration, declaration.client_id, token_request)
    )
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
        ((resource, _at_server(declaration, server, resource)) for resource in declaration.resources),
    )


def _profile(clients: Iterable[Client], declaration: Declaration) -> TokenProfile:
    profile = ENTERPRISE_PROFILE if declaration.tenant.enterprise else PROFILE
    bound = declaration.binding() or any(client.binding for client in clients)
    return profile.model_copy(update={"conditions": (_BOUND,)}) if bound else profile


def _with_assertions(declaration: Declaration, client: Client) -> Client:
    """Return the client, with the requests by which it redeems assertions if it may."""
    issuers = sorted(entry.issuer for entry in issuers_of(declaration, client.name))
    if not issuers:
        return client
    requests = tuple(
        TokenRequest(
            resource=request.resource,
            token_endpoint=request.token_endpoint,
            parameters={
                "client_id": client.client_id,
                "grant_type": JWT_BEARER,
                "scope": (request.authorization_parameters or {})["scope"],
            },
        )
        for request in client.token_requests
    )
    assertion = IdentityAssertion(issuers=tuple(issuers), token_requests=requests)
    return client.model_copy(update={"identity_assertion": assertion})


def _at_server(declaration: Declaration, server: Keycloak, resource: ResourceDeclared) -> ResourceAtServer:
    scope = names.scope(declaration, resource)
    redeemed = any(
        resource in declaration.reached_by(declaration.tenant.clients[name].access)
        for entry in declaration.tenant.enterprise or ()
        for name in entry.clients
    )
    return ResourceAtServer(
        authority=server.issuer,
        audiences=(resource.url,),
        scopes_advertised=(scope,),
        scopes_in_tokens=(scope,),
        grant_profiles=(ID_JAG,) if redeemed else None,
    )


def _token_request(
    server: Keycloak, grant: Grant, client_id: str, resource: ResourceDeclared, scope: str
) -> TokenRequest:
    openid, target = f"{server.issuer}/protocol/openid-connect", {"scope": scope}
    if grant is Grant.CLIENT_CREDENTIALS:
        return program_request(resource, f"{openid}/token", target)
    return person_request(resource, client_id, (f"{openid}/auth", f"{openid}/token"), target)
