"""Keycloak's access tokens, as Keycloak 26 issues them with this project's client scopes.

Claims: https://www.keycloak.org/docs/latest/server_admin/#_client_scopes (`basic` carries `sub` and
`auth_time`, `web-origins` carries `allowed-origins`, `acr` its own); https://www.keycloak.org/docs/latest/upgrading/
(26.2: `jti` begins with how the token came about). What runs on a real Keycloak is in tests/live.
"""

from __future__ import annotations

from typing import Any

NOW = 1_790_000_000
PERSON = "f4bd1a8f-6c3b-4ef1-9d6e-1c4b0e4a7a10"
PROGRAM = "0b7c2f5e-2d43-4d0f-8a3c-5f0b8c1d9e77"


def person(issuer: str, audience: str, client_id: str, scope: str, **changes: Any) -> dict[str, Any]:
    """Somebody signed in: there is a session."""
    claims = {
        "exp": NOW + 300,
        "iat": NOW - 10,
        "auth_time": NOW - 11,
        "jti": "onrtac:6a1c8f0e-93c7-4e1b-b3d5-0c2f4d1a9b8e",
        "iss": issuer,
        "aud": audience,
        "sub": PERSON,
        "typ": "Bearer",
        "azp": client_id,
        "sid": "2a7d4c9e-5b1f-4f80-a6c3-7e9d0b1f2c3a",
        "acr": "1",
        "allowed-origins": ["http://127.0.0.1"],
        "scope": f"openid {scope}",
    }
    return claims | changes


def program(issuer: str, audience: str, client_id: str, scope: str, **changes: Any) -> dict[str, Any]:
    """Client credentials: no session; the scope's mapper names the client."""
    claims = {
        "exp": NOW + 300,
        "iat": NOW - 10,
        "jti": "trrtcc:9d2b7c1a-4e5f-4a6b-8c7d-1e2f3a4b5c6d",
        "iss": issuer,
        "aud": audience,
        "sub": PROGRAM,
        "typ": "Bearer",
        "azp": client_id,
        "acr": "1",
        "scope": scope,
        "clientHost": "192.0.2.10",
        "preferred_username": f"service-account-{client_id}",
        "clientAddress": "192.0.2.10",
        "client_id": client_id,
    }
    return claims | changes


def id_token(issuer: str, client_id: str, **changes: Any) -> dict[str, Any]:
    """An ID token: its audience is the client, its `typ` says ID."""
    return (
        person(issuer, client_id, client_id, "")
        | {"typ": "ID", "at_hash": "k0tr5cQ8G1m0S3N2vWmZxw"}
        | changes
    )
