"""The settings document of a tenant on an external authorization server.

The server assigns IDs and endpoints; all other values follow from the declaration. The default token profile
is that of RFC 9068.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.external.declaration import Condition, External, Tokens
from flow_mcp.authorization_servers.external.names import audiences
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

_NOBODY = (ClaimCondition(claim="sub", must="present"), ClaimCondition(claim="sub", must="absent"))
"""Conditions that no token meets: if nobody signs in, every token is that of a program."""


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
    """Return the settings document. It is identical for the same declaration and IDs.

    `ids` has `metadataUrl`, `authorizationEndpoint`, `tokenEndpoint`, and `clients.<name>` for each client.
    """
    server = cast("External", declaration.server)
    registration = server.registration
    domains = registration.metadata_documents.domains if registration.metadata_documents else ()
    token_request = partial(_token_request, server, ids)
    return documents.document(
        declaration,
        AuthorizationServer(
            kind="external",
            authority=server.authority,
            issuers=(server.authority,),
            metadata_url=ids["metadataUrl"],
            token_profile=_profile(server.tokens),
            clients=tuple(documents.clients(declaration, lambda name: ids[f"clients.{name}"], token_request)),
            registration=documents.registration(declaration, domains),
        ),
        ((resource, _at_server(server, resource)) for resource in declaration.resources),
    )


def _at_server(server: External, resource: ResourceDeclared) -> ResourceAtServer:
    declared = server.resources[resource.key]
    return ResourceAtServer(
        authority=server.authority,
        audiences=audiences(server, resource),
        scopes_advertised=declared.scopes,
        scopes_in_tokens=declared.scopes_in_tokens or declared.scopes,
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


def _token_request(
    server: External, ids: ServerIds, grant: Grant, client_id: str, resource: ResourceDeclared
) -> TokenRequest:
    """Return a token request with scope and `resource` (RFC 8707), which MCP clients send to every server."""
    target = {"resource": resource.url, "scope": " ".join(server.resources[resource.key].scopes)}
    if grant is Grant.CLIENT_CREDENTIALS:
        return program_request(resource, ids["tokenEndpoint"], target)
    endpoints = ids["authorizationEndpoint"], ids["tokenEndpoint"]
    return person_request(resource, client_id, endpoints, target, {"resource": resource.url})
