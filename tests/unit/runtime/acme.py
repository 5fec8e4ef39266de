"""A tenant on Keycloak, with tokens of its server and of attackers."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, JWKRegistry, Key, KeyParameters, KeySet, RSAKey

from flow_mcp.runtime import Decision, decide
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
)

NOW = 1_790_000_000
AUTHORITY = "https://id.acme.example/realms/acme"
BASE = "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments/"
PRODUCTION, TEST = BASE + "production", BASE + "test"
WELL_KNOWN = "https://app.profitbase.biz/.well-known/oauth-protected-resource" + PRODUCTION.removeprefix(
    "https://app.profitbase.biz"
)

DESKTOP, AGENT, TESTER = "flow-mcp-acme-desktop", "flow-mcp-acme-agent", "flow-mcp-acme-tester"

KEYCLOAK_PROFILE = TokenProfile(
    algorithms=("RS256", "ES256", "EdDSA"),
    types=("JWT", "at+jwt"),
    client_claim="azp",
    scope_claim="scope",
    conditions=(ClaimCondition(claim="typ", must="one-of", values=("Bearer",)),),
    person=(ClaimCondition(claim="sid", must="present"), ClaimCondition(claim="client_id", must="absent")),
)

GONE = object()
"""As a value in changes of claims or header: omit the member."""


def client(client_id: str, grant: Grant, *access: str) -> Client:
    return Client(
        name=client_id.removeprefix("flow-mcp-acme-"),
        client_id=client_id,
        registration="managed",
        grant=grant,
        access=access,
        token_requests=(),
    )


def resource(environment: str) -> ProtectedResource:
    at_server = ResourceAtServer(
        authority=AUTHORITY,
        audiences=(BASE + environment,),
        scopes_advertised=(f"mcp-456-{environment}", "flow"),
        scopes_in_tokens=(f"mcp-456-{environment}", "flow"),
    )
    return ProtectedResource(
        url=BASE + environment,
        workspace="456",
        environment=environment,
        authorization_servers=(at_server,),
    )


def server(
    registration: Registration | None = None, profile: TokenProfile | None = None
) -> AuthorizationServer:
    return AuthorizationServer(
        kind="keycloak",
        authority=AUTHORITY,
        issuers=(AUTHORITY,),
        metadata_url=f"{AUTHORITY}/.well-known/openid-configuration",
        token_profile=profile or KEYCLOAK_PROFILE,
        clients=(
            client(DESKTOP, Grant.AUTHORIZATION_CODE, "456/production", "456/test"),
            client(AGENT, Grant.CLIENT_CREDENTIALS, "456/production", "456/test"),
            client(TESTER, Grant.CLIENT_CREDENTIALS, "456/test"),
        ),
        registration=registration or Registration(),
    )


def settings(
    registration: Registration | None = None, profile: TokenProfile | None = None
) -> SettingsDocument:
    """Return the settings; `registration` opens registration methods for the test environment."""
    return SettingsDocument(
        tenant="acme",
        authorization_servers=(server(registration, profile),),
        protected_resources=(resource("production"), resource("test")),
    )


OPEN = Registration(
    dynamic=DynamicRegistration(access=("456/test",)),
    metadata_documents=MetadataDocuments(domains=("claude.ai", "*.trusted.example"), access=("456/test",)),
)


def key(name: str = "k1") -> Key:
    """Return a private key, created once per session. The name is its `kid` and starts with its kind."""
    return _key(name)


@cache
def _key(name: str) -> Key:
    parameters: KeyParameters = {"kid": name, "use": "sig"}
    if name.startswith("ec"):
        return ECKey.generate_key("P-256", parameters)

    return RSAKey.generate_key(2048, parameters)


def keys(*names: str) -> dict[str, KeySet]:
    """Return the public keys of the tenant's authority."""
    return {AUTHORITY: KeySet([public(name) for name in names or ("k1",)])}


def public(name: str = "k1", **changes: object) -> Key:
    """Return a public key as the server publishes it."""
    return JWKRegistry.import_key({**key(name).as_dict(private=False), **changes})  # type: ignore[dict-item]


def claims(**changes: object) -> dict[str, Any]:
    """Return claims of a valid token for production: a person with the desktop client."""
    good = {
        "iss": AUTHORITY,
        "aud": [PRODUCTION, "account"],
        "azp": DESKTOP,
        "sub": "kari",
        "typ": "Bearer",
        "sid": "session-1",
        "scope": "openid mcp-456-production flow",
        "iat": NOW - 10,
        "exp": NOW + 300,
    }
    return {name: value for name, value in (good | changes).items() if value is not GONE}


def program(**changes: object) -> dict[str, Any]:
    """Return claims of a valid token for production: the program `agent`."""
    return claims(**{"azp": AGENT, "client_id": AGENT, "sub": "service-account", "sid": GONE} | changes)


def token(
    body: Mapping[str, Any] | None = None,
    *,
    signed_by: Key | None = None,
    alg: str = "RS256",
    **header: object,
) -> str:
    """Sign claims (by default those of the valid token) as the authorization server does."""
    by = signed_by or key()
    whole = {"alg": alg, "typ": "JWT", "kid": by.kid} | header
    return signed(json.dumps(claims() if body is None else body), whole, by)


def signed(payload: str | bytes, header: Mapping[str, Any], by: Key) -> str:
    """Sign any content, including content that libraries reject."""
    present = {name: value for name, value in header.items() if value is not GONE}
    body = payload.encode() if isinstance(payload, str) else payload
    signing_input = base64url(json.dumps(present).encode()) + b"." + base64url(body)
    algorithm = jws.JWSRegistry.algorithms[str(header["alg"])]
    return (signing_input + b"." + base64url(algorithm.sign(signing_input, by))).decode()


def base64url(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def decided(
    text: str | None,
    address: str = PRODUCTION,
    of: SettingsDocument | None = None,
    with_keys: Mapping[str, KeySet] | None = None,
) -> Decision:
    """Decide a call, by default to the tenant's production environment."""
    return decide(of or settings(), address, text, with_keys or keys(), NOW)
