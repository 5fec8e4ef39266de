"""The settings document of a tenant on Scalekit.

IDs and endpoints are Scalekit's; everything else follows from the declaration. Sources: for issuers and
audience https://github.com/mcp-use/mcp-use/pull/2272 and PrefectHQ/fastmcp#4797, both by Scalekit's people;
for claims https://docs.scalekit.com/guides/accesstoken-claims/ and /cookbooks/m2m-jwks-and-oauth-scopes/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.kind import ServerIds
from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
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
    return SettingsDocument(
        tenant=declaration.tenant.id,
        authorization_servers=(
            AuthorizationServer(
                kind="scalekit",
                authority=authority,
                # Tokens name the environment; Scalekit is moving them to the authority.
                issuers=(authority, server.environment_url),
                metadata_url=names.metadata_url(server.environment_url, ids["resource"]),
                token_profile=PROFILE,
                clients=tuple(_clients(declaration, ids)),
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
                        authority=authority,
                        # The server's URL may stand beside it, but does not replace it, Scalekit says:
                        # clients of another MCP server of the environment could name that URL too.
                        audiences=(ids["resource"],),
                        scopes_advertised=(names.SCOPE,),
                        scopes_in_tokens=(names.SCOPE,),
                    ),
                ),
            )
            for resource in declaration.resources
        ),
    )


def _clients(declaration: Declaration, ids: ServerIds) -> Iterator[Client]:
    tenant = declaration.tenant
    for name, client in sorted(tenant.clients.items()):
        yield _client(
            declaration, ids, name, ids[f"clients.{name}"], client.grant, client.access, managed=True
        )
    for name, manual in sorted(tenant.manual_registrations.items()):
        yield _client(declaration, ids, name, manual.client_id, manual.grant, manual.access, managed=False)


def _client(
    declaration: Declaration,
    ids: ServerIds,
    name: str,
    client_id: str,
    grant: Grant,
    access: tuple[str, ...],
    *,
    managed: bool,
) -> Client:
    resources = declaration.reached_by(access)
    return Client(
        name=name,
        client_id=client_id,
        registration="managed" if managed else "manual",
        grant=grant,
        authentication="client-secret" if managed else None,
        access=tuple(resource.key for resource in resources),
        token_requests=tuple(_token_request(ids, grant, client_id, resource) for resource in resources),
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


def _registration(declaration: Declaration, server: Scalekit) -> Registration:
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents

    def keys(access: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(resource.key for resource in declaration.reached_by(access))

    return Registration(
        dynamic=DynamicRegistration(access=keys(dynamic.access)) if dynamic else None,
        # In the token the client ID is the document's address.
        metadata_documents=MetadataDocuments(
            domains=tuple(sorted({urlsplit(url).hostname or "" for url in documents.documents})),
            access=keys(documents.access),
        )
        if documents
        else None,
    )
