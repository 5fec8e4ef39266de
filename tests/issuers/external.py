"""Access tokens of a server that keeps to RFC 9068, with a session for people (OpenID Connect, `sid`)."""

from __future__ import annotations

from typing import Any

from tests.issuers.signer import NOW, Signer

_SIGNER = Signer("2026-11", "at+jwt")
"""The type of its access tokens is `at+jwt` (RFC 9068, section 2.1)."""
public_keys = _SIGNER.public_keys
signed = _SIGNER.signed


def program(issuer: str, resource: str, client_id: str, scope: str, **changes: Any) -> dict[str, Any]:
    """Client credentials: the subject should be the client (RFC 9068, section 2.2)."""
    claims = {
        "iss": issuer,
        "exp": NOW + 300,
        "aud": resource,
        "sub": client_id,
        "client_id": client_id,
        "iat": NOW,
        "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
        "scope": scope,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def person(issuer: str, resource: str, client_id: str, scope: str, **changes: Any) -> dict[str, Any]:
    """Somebody signed in."""
    own = {"sub": "5ba552d67", "auth_time": NOW - 10, "sid": "s-1"}
    return program(issuer, resource, client_id, scope, **(own | changes))
