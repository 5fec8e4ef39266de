"""The settings document of a tenant on Scalekit.

IDs and endpoints are Scalekit's; everything else follows from the declaration. Sources: for issuers and
audience https://github.com/mcp-use/mcp-use/pull/2272 and PrefectHQ/fastmcp#4797, both by Scalekit's people;
for claims https://docs.scalekit.com/guides/accesstoken-claims/ and /cookbooks/m2m-jwks-and-oauth-scopes/.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
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
    types=("JWT", "at+jwt"),
    # ID tokens are JWTs of the same keys too: they have `azp` in its place, and another audience.
    client_claim="client_id",
    scope_claim="scopes",
    # A person's subject is the user's ID; a program's is its client ID, m2m_….
    person=(ClaimCondition(claim="sub", must="prefix", values=("usr_",)),),
)


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """The settings document; the same declaration and IDs give the same document.

    `ids` has `resource`, `authorizationEndpoint`, `tokenEndpoint`, and `clients.<name>` for each client.
    """
    server = cast("Scalekit", declaration.server)
    authority = names.authority(server.environment_url, ids["resource"])
    registration = server.registration
    # In the token the client ID is the document's address.
    allowed = registration.metadata_documents.documents if registration.metadata_documents else ()
    domains = sorted({urlsplit(url).hostname or "" for url in allowed})
    clients = documents.clients(
        declaration,
        lambda name: ids[f"clients.{name}"],
        partial(_token_request, ids),
        lambda _: "client-secret",
    )
    return documents.document(
        declaration,
        AuthorizationServer(
            kind="scalekit",
            authority=authority,
            # Tokens name the environment; Scalekit is moving them to the authority.
            issuers=(authority, server.environment_url),
            metadata_url=names.metadata_url(server.environment_url, ids["resource"]),
            token_profile=PROFILE,
            clients=tuple(clients),
            registration=documents.registration(declaration, domains),
        ),
        ((resource, _at_server(authority, ids)) for resource in declaration.resources),
    )


def _at_server(authority: str, ids: ServerIds) -> ResourceAtServer:
    return ResourceAtServer(
        authority=authority,
        # The server's URL may stand beside it, but does not replace it, Scalekit says: clients of another
        # MCP server of the environment could name that URL too.
        audiences=(ids["resource"],),
        scopes_advertised=(names.SCOPE,),
        scopes_in_tokens=(names.SCOPE,),
    )


def _token_request(ids: ServerIds, grant: Grant, client_id: str, resource: ResourceDeclared) -> TokenRequest:
    if grant is Grant.CLIENT_CREDENTIALS:
        return TokenRequest(
            resource=resource.url,
            token_endpoint=ids["tokenEndpoint"],
            parameters={"grant_type": "client_credentials", "scope": names.SCOPE},
        )
    return TokenRequest(
        resource=resource.url,
        token_endpoint=ids["tokenEndpoint"],
        parameters={"client_id": client_id, "grant_type": "authorization_code"},
        authorization_endpoint=ids["authorizationEndpoint"],
        authorization_parameters={
            "client_id": client_id,
            "code_challenge_method": "S256",
            "resource": resource.url,
            "response_type": "code",
            "scope": names.SCOPE,
        },
    )
