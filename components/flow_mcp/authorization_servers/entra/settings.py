"""The settings document of a tenant on Entra.

Claims as Entra's v2.0 access tokens have them
(https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference): `aud` is the API's client
ID, `azp` the client's; people get `scp`, programs `roles`. Addresses by
https://learn.microsoft.com/entra/identity-platform/v2-protocols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.entra import names
from flow_mcp.authorization_servers.entra.declaration import Entra
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


@dataclass(frozen=True)
class Api:
    """A protected resource's application."""

    client_id: str
    identifier_uri: str


def profile(entra: Entra) -> TokenProfile:
    """How the tenant's access tokens are read: version 2.0 only, and of this Entra tenant only."""
    return TokenProfile(
        algorithms=("RS256",),
        types=("JWT",),
        client_claim="azp",
        scope_claim="scp",
        role_claim="roles",
        conditions=(
            ClaimCondition(claim="tid", must="one-of", values=(entra.tenant_id,)),
            ClaimCondition(claim="ver", must="one-of", values=("2.0",)),
        ),
        # Only tokens on behalf of a person carry delegated permissions.
        person=(ClaimCondition(claim="scp", must="present"),),
    )


def authority(declaration: Declaration) -> str:
    """The authority of a tenant with an Entra tenant of its own."""
    return cast("Entra", declaration.server).authority


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """The settings document of a tenant with an Entra tenant of its own.

    Args:
        declaration: the tenant.
        ids: client IDs of APIs by protected resource, and of clients by name.
    """
    return document(declaration, cast("Entra", declaration.server), ids)


def document(declaration: Declaration, entra: Entra, ids: ServerIds) -> SettingsDocument:
    """The settings document of a tenant whose applications the stack makes."""
    apis = {
        resource.key: Api(ids[resource.key], names.identifier_uri(declaration, entra, resource))
        for resource in declaration.resources
    }
    return document_of(declaration, entra, apis, ids)


def document_of(
    declaration: Declaration, entra: Entra, apis: Mapping[str, Api], client_ids: Mapping[str, str]
) -> SettingsDocument:
    """The settings document, from what Entra has.

    Args:
        declaration: the tenant.
        entra: its Entra tenant.
        apis: applications by protected resource; a resource without one is left out, so that all calls of
            it are refused.
        client_ids: client IDs of the declared clients by name.
    """
    return documents.document(
        declaration,
        AuthorizationServer(
            kind=declaration.kind.key,
            authority=entra.authority,
            issuers=(entra.authority,),
            metadata_url=f"{entra.authority}/.well-known/openid-configuration",
            token_profile=profile(entra),
            clients=tuple(_clients(declaration, entra, apis, client_ids)),
        ),
        (
            (resource, _at_server(entra, apis[resource.key]))
            for resource in declaration.resources
            if resource.key in apis
        ),
    )


def _at_server(entra: Entra, api: Api) -> ResourceAtServer:
    return ResourceAtServer(
        authority=entra.authority,
        audiences=(api.client_id,),
        scopes_advertised=(_scope(api),),
        scopes_in_tokens=(names.SCOPE,),
        app_roles=(names.PROGRAM_ROLE,),
    )


def _scope(api: Api) -> str:
    """Qualified: without the URI, Entra looks for the scope in Microsoft Graph (AADSTS650053)."""
    return f"{api.identifier_uri}/{names.SCOPE}"


def _clients(
    declaration: Declaration, entra: Entra, apis: Mapping[str, Api], client_ids: Mapping[str, str]
) -> Iterator[Client]:
    def reached(access: tuple[str, ...]) -> list[ResourceDeclared]:
        return [resource for resource in declaration.reached_by(access) if resource.key in apis]

    def ask(grant: Grant, client_id: str, resource: ResourceDeclared) -> TokenRequest:
        return _token_request(entra, grant, client_id, resource, apis[resource.key])

    for name, client in sorted(declaration.tenant.clients.items()):
        resources, how = reached(client.access), client.authentication
        yield documents.client(name, client_ids[name], client.grant, resources, ask, "managed", how)
    if vscode := entra.preauthorized.vscode:
        resources, grant = reached(vscode.access), Grant.AUTHORIZATION_CODE
        yield documents.client("vscode", names.VSCODE, grant, resources, ask, authentication="none")
    for name, manual in sorted(declaration.tenant.manual_registrations.items()):
        yield documents.client(name, manual.client_id, manual.grant, reached(manual.access), ask)


def _token_request(
    entra: Entra, grant: Grant, client_id: str, resource: ResourceDeclared, api: Api
) -> TokenRequest:
    if grant is Grant.CLIENT_CREDENTIALS:
        return TokenRequest(
            resource=resource.url,
            token_endpoint=f"{entra.endpoints}/token",
            # Entra gives programs what they were assigned, never a single permission (AADSTS1002012).
            parameters={
                "client_id": client_id,
                "grant_type": "client_credentials",
                "scope": f"{api.identifier_uri}/.default",
            },
        )
    return TokenRequest(
        resource=resource.url,
        token_endpoint=f"{entra.endpoints}/token",
        parameters={"client_id": client_id, "grant_type": "authorization_code", "scope": _scope(api)},
        authorization_endpoint=f"{entra.endpoints}/authorize",
        authorization_parameters={
            "client_id": client_id,
            "code_challenge_method": "S256",
            "response_type": "code",
            "scope": _scope(api),
        },
    )
