"""The settings document of a tenant on Scalekit.

Scalekit assigns IDs and endpoints; all other values follow from the declaration. Sources: for issuers and
audience https://github.com/mcp-use/mcp-use/pull/2272 and PrefectHQ/fastmcp#4797, both by employees of
Scalekit; for claims https://docs.scalekit.com/guides/accesstoken-claims/ and
/cookbooks/m2m-jwks-and-oauth-scopes/.
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
    # ID tokens are JWTs with the same keys, but they have `azp` instead of this claim, and another audience.
    client_claim="client_id",
    scope_claim="scopes",
    # A person's subject is the user ID, usr_…; a program's subject is its client ID, m2m_….
    person=(ClaimCondition(claim="sub", must="prefix", values=("usr_",)),),
)


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """Return the settings document. It is identical for the same declaration and IDs.

    `ids` has `resource`, `authorizationEndpoint`, `tokenEndpoint`, and `clients.<name>` for each client.
    """
    server = cast("Scalekit", declaration.server)
    authority = names.authority(server.environment_url, ids["resource"])
    registration = server.registration
    # In tokens, the client ID is the document's URL.
    allowed = registration.metadata_documents.documents if registration.metadata_documents else ()
    domains = sorted({urlsplit(url).hostname or "" for url in allowed})
    clients = documents.clients(
        declaration,
        lambda name: ids[f"clients.{name}"],
        partial(_token_request, ids, " ".join(names.scopes(declaration))),
        lambda _: "client-secret",
    )
    return documents.document(
        declaration,
        AuthorizationServer(
            kind="scalekit",
            authority=authority,
            # Tokens have the environment as issuer; Scalekit is changing it to the authority.
            issuers=(authority, server.environment_url),
            metadata_url=names.metadata_url(server.environment_url, ids["resource"]),
            token_profile=PROFILE,
            clients=tuple(clients),
            registration=documents.registration(declaration, domains),
        ),
        (
            (resource, _at_server(authority, ids, names.scopes(declaration)))
            for resource in declaration.resources
        ),
    )


def _at_server(authority: str, ids: ServerIds, scopes: tuple[str, ...]) -> ResourceAtServer:
    return ResourceAtServer(
        authority=authority,
        # Tokens may also have the server's URL as an audience. The URL alone is not sufficient, according to
        # Scalekit: clients of another MCP server of the environment could request it too.
        audiences=(ids["resource"],),
        scopes_advertised=scopes,
        scopes_in_tokens=scopes,
    )


def _token_request(
    ids: ServerIds, scope: str, grant: Grant, client_id: str, resource: ResourceDeclared
) -> TokenRequest:
    if grant is Grant.CLIENT_CREDENTIALS:
        return TokenRequest(
            resource=resource.url,
            token_endpoint=ids["tokenEndpoint"],
            parameters={"grant_type": "client_credentials", "scope": scope},
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
            "scope": scope,
        },
    )
