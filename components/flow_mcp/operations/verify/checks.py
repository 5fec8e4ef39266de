"""All checks, in the order in which they run."""

from __future__ import annotations

from flow_mcp.operations.verify import cors, discovery, keycloak_clients, mcp_server, registration, tokens
from flow_mcp.operations.verify.check import Check

CHECKS: tuple[Check, ...] = (
    discovery.named_address,
    discovery.usual_addresses,
    discovery.any_address,
    discovery.issuer,
    discovery.endpoints,
    discovery.pkce,
    discovery.authentication_methods,
    discovery.listed_scopes,
    discovery.usable_keys,
    discovery.published_secrets,
    registration.advertised,
    registration.works,
    registration.closed,
    registration.without_data,
    registration.strange_redirect,
    registration.stays_public,
    registration.unknown_fields,
    registration.documents_advertised,
    registration.documents_work,
    cors.discovery,
    cors.token,
    cors.registration,
    keycloak_clients.exists,
    keycloak_clients.grants,
    keycloak_clients.redirects,
    keycloak_clients.scopes,
    keycloak_clients.pkce,
    keycloak_clients.authentication,
    keycloak_clients.audience,
    keycloak_clients.gates,
    tokens.minted,
    tokens.form,
    tokens.audience,
    tokens.scope_form,
    tokens.version,
    tokens.allowed,
    tokens.elsewhere,
    mcp_server.challenge,
    mcp_server.scopes,
    mcp_server.metadata,
)
