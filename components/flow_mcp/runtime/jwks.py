"""Read public signature keys from a JSON Web Key Set (RFC 7517)."""

from __future__ import annotations

import base64
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

MIN_RSA_BITS = 2048
"""RFC 7518, 3.3."""

# Members of private keys (RFC 7518, 6.2.2 and 6.3.2; RFC 8037, 2) and of symmetric ones (RFC 7518, 6.4).
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def public_keys(document: dict[str, Any]) -> KeySet:
    """Return the usable keys of a key set; unusable keys are left out (RFC 7517, 5).

    A key that publishes its private part is unusable: an attacker can have it.

    Raises:
        ValueError: the document is not a key set.
    """
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise ValueError("the key set has no list `keys`")  # noqa: TRY004 the document is invalid
    return KeySet([key for key in map(public_key, listed) if key is not None])


def public_key(jwk: object) -> Key | None:
    """Return a JSON Web Key if it is usable, else None."""
    try:
        return JWKRegistry.import_key(jwk) if isinstance(jwk, dict) and _usable(jwk) else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _usable(jwk: dict[str, Any]) -> bool:
    if not _PRIVATE.isdisjoint(jwk):
        return False
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        return False
    return jwk["kty"] != "RSA" or _bits(jwk["n"]) >= MIN_RSA_BITS


def _bits(number: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(number + "==")).bit_length()
