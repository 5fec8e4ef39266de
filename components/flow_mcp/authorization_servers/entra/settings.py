"""The settings document of a tenant on Entra.

Claims are those of Entra's access tokens of version 2.0
(https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference): `aud` is the client ID of
the API and `azp` that of the client; tokens of people have `scp`, those of programs `roles`. Endpoints are
those of https://learn.microsoft.com/entra/identity-platform/v2-protocols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.entra import names, permissions
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
    """The application of a protected resource."""

    client_id: str
    identifier_uri: str


def profile(entra: Entra) -> TokenProfile:
    """Return the token profile, which accepts only tokens of version 2.0 of this Entra tenant."""
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
    """Return the authority of the customer's own Entra tenant."""
    return cast("Entra", declaration.server).authority


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """Return the settings document of a tenant with its own Entra tenant.

    Args:
        declaration: the tenant's declaration.
        ids: client IDs of APIs by key of the protected resource, and of clients by name.
    """
    return document(declaration, cast("Entra", declaration.server), ids)


def document(declaration: Declaration, entra: Entra, ids: ServerIds) -> SettingsDocument:
    """Return the settings document of a tenant whose applications the stack creates."""
    apis = {
        resource.key: Api(ids[resource.key], names.identifier_uri(declaration, entra, resource))
        for resource in declaration.resources
        if not declaration.tenant.leaves("Application", resource.key)
    }
    return document_from_apis(declaration, entra, apis, ids)


def document_from_apis(
    declaration: Declaration, entra: Entra, apis: Mapping[str, Api], client_ids: Mapping[str, str]
) -> SettingsDocument:
    """Return the settings document for the given applications.

    Args:
        declaration: the tenant's declaration.
        entra: its Entra tenant.
        apis: applications by key of the protected resource. A resource without an application is left out, so
            the runtime rejects all calls of it.
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
            (resource, _at_server(declaration, entra, resource, apis[resource.key]))
            for resource in declaration.resources
            if resource.key in apis
        ),
    )


def _at_server(
    declaration: Declaration, entra: Entra, resource: ResourceDeclared, api: Api
) -> ResourceAtServer:
    return ResourceAtServer(
        authority=entra.authority,
        audiences=(api.client_id,),
        scopes_advertised=(_scope(declaration, resource, api),),
        scopes_in_tokens=(permissions.scope(declaration, resource).value,),
        app_roles=(permissions.program_role(declaration, resource).value,),
    )


def _scope(declaration: Declaration, resource: ResourceDeclared, api: Api) -> str:
    """Return the qualified scope. Without the URI, Entra looks for it in Microsoft Graph (AADSTS650053)."""
    return f"{api.identifier_uri}/{permissions.scope(declaration, resource).value}"


def _clients(
    declaration: Declaration, entra: Entra, apis: Mapping[str, Api], client_ids: Mapping[str, str]
) -> Iterator[Client]:
    def accessible(access: tuple[str, ...]) -> list[ResourceDeclared]:
        return [resource for resource in declaration.reached_by(access) if resource.key in apis]

    def request(grant: Grant, client_id: str, resource: ResourceDeclared) -> TokenRequest:
        return _token_request(declaration, entra, grant, client_id, resource, apis[resource.key])

    for name, client in sorted(declaration.tenant.clients.items()):
        yield documents.client(
            name,
            client_ids[name],
            client.grant,
            accessible(client.access),
            request,
            "managed",
            client.authentication,
        )
    if vscode := entra.preauthorized.vscode:
        resources, grant = accessible(vscode.access), Grant.AUTHORIZATION_CODE
        yield documents.client("vscode", names.VSCODE, grant, resources, request, authentication="none")
    for name, manual in sorted(declaration.tenant.manual_registrations.items()):
        yield documents.client(name, manual.client_id, manual.grant, accessible(manual.access), request)


def _token_request(
    declaration: Declaration,
    entra: Entra,
    grant: Grant,
    client_id: str,
    resource: ResourceDeclared,
    api: Api,
) -> TokenRequest:
    if grant is Grant.CLIENT_CREDENTIALS:
        return TokenRequest(
            resource=resource.url,
            token_endpoint=f"{entra.endpoints}/token",
            # Entra issues all assigned permissions to a program; it rejects a single one (AADSTS1002012).
            parameters={
                "client_id": client_id,
                "grant_type": "client_credentials",
                "scope": f"{api.identifier_uri}/.default",
            },
        )
    scope = _scope(declaration, resource, api)
    return TokenRequest(
        resource=resource.url,
        token_endpoint=f"{entra.endpoints}/token",
        parameters={"client_id": client_id, "grant_type": "authorization_code", "scope": scope},
        authorization_endpoint=f"{entra.endpoints}/authorize",
        authorization_parameters={
            "client_id": client_id,
            "code_challenge_method": "S256",
            "response_type": "code",
            "scope": scope,
        },
    )
