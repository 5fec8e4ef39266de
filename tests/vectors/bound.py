"""Tokens of the tenant on Keycloak that are bound to a test key, and proofs of its possession."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from joserfc.jwk import ECKey

from tests.issuers import keycloak
from tests.vectors import acme
from tests.vectors.acme import PRODUCTION
from tests.vectors.book import NOW, Expected, ExpectedCaller
from tests.vectors.signing import GONE, base64url, public_jwk, signed, without_gone

ALGORITHMS = 'algs="ES256 ES384 ES512 EdDSA PS256 RS256"'
ROBOT = ExpectedCaller("flow-mcp-acme-robot", keycloak.PROGRAM, "program")
KEY = public_jwk("p256", "k", kid=GONE, use=GONE)
JKT = ECKey.import_key(dict(KEY)).thumbprint()
JTI = "c2f0a9d4-7f3e-4b6c-9a55-0d1e6b7a8c90"


def bound(claims: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return a token of the person that is bound to the test key, as Keycloak issues it."""
    whole = acme.person() if claims is None else claims
    return acme.token(without_gone(whole | {"typ": "DPoP", "cnf": {"jkt": JKT}} | changes))


BOUND = bound()


def proof(
    token: str = BOUND, *, key: str = "p256", header: dict[str, Any] | None = None, **changes: Any
) -> str:
    """Return a proof for a token, valid except for the changes."""
    claims = {
        "jti": JTI,
        "htm": "POST",
        "htu": PRODUCTION,
        "iat": NOW - 1,
        "ath": base64url(sha256(token.encode()).digest()),
    }
    return signed(
        without_gone(claims | changes),
        without_gone({"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY} | (header or {})),
        key,
    )


def by_dpop(decision: Expected, error: str | None = None) -> Expected:
    """Return the decision with a challenge of the scheme DPoP."""
    challenge = decision["challenge"].replace("Bearer ", "DPoP ") + f", {ALGORITHMS}"
    if error is None:
        return decision | {"challenge": challenge}
    return decision | {"error": error, "challenge": challenge.replace("invalid_token", error)}


def offering_both(decision: Expected) -> Expected:
    """Return the decision with a challenge of both schemes."""
    return decision | {"challenge": f"{decision['challenge']}, {by_dpop(decision)['challenge']}"}


def call(*proofs: str, method: str = "POST", **more: Any) -> dict[str, Any]:
    """Return the DPoP part of a call."""
    return {"proofs": list(proofs), "method": method} | more
