"""Access tokens of a server that keeps to RFC 9068, with a session for people (OpenID Connect, `sid`)."""

from __future__ import annotations

from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

NOW = 1_790_000_000


@cache
def key() -> RSAKey:
    """The signing key."""
    return RSAKey.generate_key(2048, {"kid": "2026-11", "use": "sig", "alg": "RS256"})


def public_keys() -> KeySet:
    """What `jwks_uri` serves."""
    return KeySet([RSAKey.import_key(key().as_dict(private=False))])


def signed(claims: dict[str, Any], kind: str = "at+jwt") -> str:
    """A token; its type is `at+jwt` (RFC 9068, section 2.1)."""
    return jwt.encode({"alg": "RS256", "typ": kind, "kid": key().kid}, claims, key())


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
