"""The settings document of a tenant on Auth0.

Auth0 assigns the client IDs; all other values follow from the declaration. Sources: Auth0's documentation,
Access Token Profiles (the RFC 9068 profile), Client Credentials Flow, and Resource Parameter Compatibility
Profile.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.token_requests import person_request, program_request
from flow_mcp.declaration.declaration import ServerIds
from flow_mcp.settings import (
    AuthorizationServer,
    ClaimCondition,
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
    # The RFC 9068 profile. ID tokens and access tokens of Auth0's own profile have the type JWT.
    types=("at+jwt",),
    client_claim="client_id",
    scope_claim="scope",
    person=(
        # A program's subject is its client ID with this suffix. A person's subject is connection|id.
        ClaimCondition(claim="sub", must="no-suffix", values=("@clients",)),
        # With agent subject claims (Agents as Principal), a program's subject has no such suffix. The stack
        # leaves them off. If somebody turns them on, a program must still not count as a person.
        ClaimCondition(claim="sub_profile", must="absent"),
    ),
)


def authority(declaration: Declaration) -> str:
    """Return the issuer, which follows from the domain."""
    return cast("Auth0", declaration.server).issuer


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """Return the settings document. It is identical for the same declaration and client IDs."""
    server = cast("Auth0", declaration.server)
    registration = server.registration
    # In tokens, the client ID is the document's URL. Only imported documents get tokens.
    imported = registration.metadata_documents.documents if registration.metadata_documents else ()
    domains = sorted({urlsplit(url).hostname or "" for url in imported})
    token_request = partial(_token_request, server)
    return documents.document(
        declaration,
        AuthorizationServer(
            kind="auth0",
            authority=server.issuer,
            issuers=(server.issuer,),
            metadata_url=f"{server.issuer}.well-known/openid-configuration",
            token_profile=PROFILE,
            clients=tuple(documents.clients(declaration, ids.__getitem__, token_request)),
            registration=documents.registration(declaration, domains),
        ),
        ((resource, _at_server(server, resource)) for resource in declaration.resources),
    )


def _at_server(server: Auth0, resource: ResourceDeclared) -> ResourceAtServer:
    return ResourceAtServer(
        authority=server.issuer,
        audiences=(resource.url,),
        scopes_advertised=(names.SCOPE,),
        scopes_in_tokens=(names.SCOPE,),
    )


def _token_request(server: Auth0, grant: Grant, client_id: str, resource: ResourceDeclared) -> TokenRequest:
    token_endpoint = f"{server.issuer}oauth/token"
    if grant is Grant.CLIENT_CREDENTIALS:
        # An API with per-application authorization requires its scopes in the request:
        # https://auth0.com/docs/get-started/apis/api-access-policies-for-applications
        target = {"audience": resource.url, "scope": names.SCOPE}
        return program_request(resource, token_endpoint, target)
    # Without the compatibility profile, Auth0 ignores `resource`.
    parameter = "resource" if server.resource_parameter else "audience"
    offline = " offline_access" if server.tokens.refresh else ""
    endpoints = f"{server.issuer}authorize", token_endpoint
    target = {"scope": f"{names.SCOPE}{offline}", parameter: resource.url}
    return person_request(resource, client_id, endpoints, target)
