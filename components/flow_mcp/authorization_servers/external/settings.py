"""The settings document of a tenant on another authorization server.

IDs and endpoints are the server's; everything else follows from the declaration. Tokens are read as RFC 9068
has them unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, cast

from flow_mcp.authorization_servers.external.declaration import Condition, External, Tokens
from flow_mcp.authorization_servers.external.names import audiences
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

_NOBODY = (ClaimCondition(claim="sub", must="present"), ClaimCondition(claim="sub", must="absent"))
"""No token meets both: where nobody signs in, every token is a program's."""


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """The settings document; the same declaration and IDs give the same document.

    `ids` has `metadataUrl`, `authorizationEndpoint`, `tokenEndpoint`, and `clients.<name>` for each client.
    """
    server = cast("External", declaration.server)
    return SettingsDocument(
        tenant=declaration.tenant.id,
        authorization_servers=(
            AuthorizationServer(
                kind="external",
                authority=server.authority,
                issuers=(server.authority,),
                metadata_url=ids["metadataUrl"],
                token_profile=_profile(server.tokens),
                clients=tuple(_clients(declaration, server, ids)),
                registration=_registration(declaration, server),
            ),
        ),
        protected_resources=tuple(
            ProtectedResource(
                url=resource.url,
                workspace=resource.workspace,
                environment=resource.environment,
                authorization_servers=(_at(server, resource),),
            )
            for resource in declaration.resources
        ),
    )


def _at(server: External, resource: ResourceDeclared) -> ResourceAtServer:
    there = server.resources[resource.key]
    return ResourceAtServer(
        authority=server.authority,
        audiences=audiences(server, resource),
        scopes_advertised=there.scopes,
        scopes_in_tokens=there.scopes_in_tokens or there.scopes,
    )


def _profile(tokens: Tokens) -> TokenProfile:
    return TokenProfile(
        algorithms=tokens.algorithms,
        types=tokens.types,
        client_claim=tokens.client_claim,
        scope_claim=tokens.scope_claim,
        conditions=tuple(map(_condition, tokens.conditions)),
        person=tuple(map(_condition, tokens.person)) or _NOBODY,
    )


def _condition(declared: Condition) -> ClaimCondition:
    return ClaimCondition(claim=declared.claim, must=declared.must, values=declared.values)


def _clients(declaration: Declaration, server: External, ids: ServerIds) -> Iterator[Client]:
    tenant = declaration.tenant
    for name, client in sorted(tenant.clients.items()):
        client_id = ids[f"clients.{name}"]
        yield _client(declaration, server, ids, name, client_id, client.grant, client.access, client)
    for name, manual in sorted(tenant.manual_registrations.items()):
        yield _client(declaration, server, ids, name, manual.client_id, manual.grant, manual.access, None)


def _client(
    declaration: Declaration,
    server: External,
    ids: ServerIds,
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
        token_requests=tuple(_token_request(server, ids, grant, client_id, r) for r in resources),
    )


def _authentication(client: ClientDeclared) -> Literal["none", "client-secret", "private-key-jwt"]:
    if not client.confidential:
        return "none"
    return "private-key-jwt" if client.private_key_jwt else "client-secret"


def _token_request(
    server: External, ids: ServerIds, grant: Grant, client_id: str, resource: ResourceDeclared
) -> TokenRequest:
    """Scope and `resource` (RFC 8707), as MCP clients send them to every server."""
    asked = {"resource": resource.url, "scope": " ".join(server.resources[resource.key].scopes)}
    if grant is Grant.CLIENT_CREDENTIALS:
        return TokenRequest(
            resource=resource.url,
            token_endpoint=ids["tokenEndpoint"],
            parameters={"grant_type": "client_credentials", **asked},
        )
    return TokenRequest(
        resource=resource.url,
        token_endpoint=ids["tokenEndpoint"],
        parameters={
            "client_id": client_id,
            "grant_type": "authorization_code",
            "resource": resource.url,
        },
        authorization_endpoint=ids["authorizationEndpoint"],
        authorization_parameters={
            "client_id": client_id,
            "code_challenge_method": "S256",
            "response_type": "code",
            **asked,
        },
    )


def _registration(declaration: Declaration, server: External) -> Registration:
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents

    def keys(access: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(resource.key for resource in declaration.reached_by(access))

    return Registration(
        dynamic=DynamicRegistration(access=keys(dynamic.access)) if dynamic else None,
        metadata_documents=MetadataDocuments(domains=documents.domains, access=keys(documents.access))
        if documents
        else None,
    )
