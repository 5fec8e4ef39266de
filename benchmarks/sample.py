"""Tenants of typical size, and tokens for them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from flow_mcp.settings import (
    AuthorizationServer,
    ClaimCondition,
    Client,
    DynamicRegistration,
    Grant,
    ProtectedResource,
    Registration,
    ResourceAtServer,
    SettingsDocument,
    TokenProfile,
    TokenRequest,
)

HOST = "https://app.profitbase.biz"
WORKSPACES, ENVIRONMENTS, CLIENTS = ("456", "457"), ("production", "test"), 4


def authority(tenant: str) -> str:
    return f"https://id.{tenant}.example/realms/{tenant}"


def address(tenant: str, workspace: str = "456", environment: str = "production") -> str:
    return f"{HOST}/flow/mcp/tenants/{tenant}/workspaces/{workspace}/environments/{environment}"


def settings(tenant: str = "acme") -> SettingsDocument:
    """Return a tenant on Keycloak: 2 workspaces, 4 environments, 4 clients with access to all (8 KB)."""
    issuer = authority(tenant)
    places = [(workspace, environment) for workspace in WORKSPACES for environment in ENVIRONMENTS]
    clients = tuple(
        Client(
            name=f"agent-{number}",
            client_id=f"flow-mcp-{tenant}-agent-{number}",
            registration="managed",
            grant=Grant.CLIENT_CREDENTIALS,
            authentication="client-secret",
            access=tuple(f"{workspace}/{environment}" for workspace, environment in places),
            token_requests=tuple(
                TokenRequest(
                    resource=address(tenant, workspace, environment),
                    token_endpoint=f"{issuer}/protocol/openid-connect/token",
                    parameters={
                        "grant_type": "client_credentials",
                        "scope": f"mcp-{workspace}-{environment}",
                    },
                )
                for workspace, environment in places
            ),
        )
        for number in range(CLIENTS)
    )
    server = AuthorizationServer(
        kind="keycloak",
        authority=issuer,
        issuers=(issuer,),
        metadata_url=f"{issuer}/.well-known/openid-configuration",
        token_profile=TokenProfile(
            algorithms=("RS256", "ES256"),
            types=("JWT", "at+jwt"),
            client_claim="azp",
            scope_claim="scope",
            conditions=(ClaimCondition(claim="typ", must="one-of", values=("Bearer",)),),
            person=(ClaimCondition(claim="sid", must="present"),),
        ),
        clients=clients,
        registration=Registration(dynamic=DynamicRegistration(access=("456/test",))),
    )
    resources = tuple(
        ProtectedResource(
            url=address(tenant, workspace, environment),
            workspace=workspace,
            environment=environment,
            authorization_servers=(
                ResourceAtServer(
                    authority=issuer,
                    audiences=(address(tenant, workspace, environment),),
                    scopes_advertised=(f"mcp-{workspace}-{environment}",),
                    scopes_in_tokens=(f"mcp-{workspace}-{environment}",),
                ),
            ),
        )
        for workspace, environment in places
    )
    return SettingsDocument(tenant=tenant, authorization_servers=(server,), protected_resources=resources)


def signing_key() -> RSAKey:
    """Return a private RSA key of 2,048 bits."""
    return RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})


def tokens(key: RSAKey, tenant: str = "acme") -> Iterator[str]:
    """Yield different tokens for production, valid for one hour, with the claims of Keycloak (1.4 KB)."""
    now, number = int(time.time()), 0
    header = {"alg": "RS256", "typ": "JWT", "kid": key.kid}
    client = f"flow-mcp-{tenant}-agent-0"
    while True:
        number += 1
        claims = {
            "exp": now + 3600,
            "iat": now,
            "jti": f"trrtcc:5f8a3a4e-6d5c-4d0e-9f63-{number:012}",
            "iss": authority(tenant),
            "aud": [address(tenant), "account"],
            "sub": "5d1c2b1e-0c6e-4c57-8a2e-0f3d6c1d7f11",
            "typ": "Bearer",
            "azp": client,
            "acr": "1",
            "realm_access": {"roles": ["default-roles-acme", "offline_access", "uma_authorization"]},
            "resource_access": {
                "account": {"roles": ["manage-account", "manage-account-links", "view-profile"]}
            },
            "scope": "mcp-456-production profile email",
            "clientHost": "192.0.2.17",
            "email_verified": False,
            "preferred_username": f"service-account-{client}",
            "clientAddress": "192.0.2.17",
            "client_id": client,
        }
        yield jwt.encode(header, claims, key)


def identity_provider(key: RSAKey, tenant: str = "acme") -> httpx.Client:
    """Return an HTTP client with a fake of the tenant's authorization server."""
    keys_url = f"{authority(tenant)}/protocol/openid-connect/certs"
    documents = {
        f"{authority(tenant)}/.well-known/openid-configuration": {
            "issuer": authority(tenant),
            "jwks_uri": keys_url,
        },
        keys_url: {"keys": [key.as_dict(private=False)]},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        document = documents.get(str(request.url))
        if document is None:
            return httpx.Response(404)
        return httpx.Response(200, content=iter([json.dumps(document).encode()]))

    return httpx.Client(transport=httpx.MockTransport(answer))
