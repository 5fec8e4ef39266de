"""Verify a token's signature against the authorization server's keys."""

from __future__ import annotations

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jws import JWSRegistry

from flow_mcp.runtime.compact import CompactToken
from flow_mcp.runtime.reason import Reason, Refused


def check_signature(token: CompactToken, keys: KeySet) -> None:
    """Verify a token's signature with the given keys only.

    The header's `jku`, `jwk`, `x5u` and `x5c`, by which a token could supply its own key, are not read. The
    caller must have checked that the algorithm is allowed. The algorithm is applied directly and not with
    `joserfc.jws.deserialize_compact`, which would parse the token a second time and warn about `EdDSA` on
    every call.

    Raises:
        Refused: no key has the token's `kid` or fits the algorithm, or the signature is wrong.
    """
    fitting = [key for key in _named(token, keys) if _fits(key, token.header["alg"])]
    if not fitting or ("kid" not in token.header and len(fitting) > 1):
        raise Refused(Reason.UNFIT_KEY)
    if not any(_is_signed_by(token, key) for key in fitting):
        raise Refused(Reason.BAD_SIGNATURE)


def is_signed_by(token: CompactToken, key: Key) -> bool:
    """Return whether the key fits the token's algorithm and verifies its signature.

    The caller must have checked that the algorithm is allowed.
    """
    return _fits(key, token.header["alg"]) and _is_signed_by(token, key)


def _is_signed_by(token: CompactToken, key: Key) -> bool:
    algorithm = JWSRegistry.algorithms[token.header["alg"]]
    try:
        return algorithm.verify(token.signing_input, token.signature, key)
    except (JoseError, ValueError):
        return False


def _named(token: CompactToken, keys: KeySet) -> list[Key]:
    """Return the keys with the token's `kid`, or all keys if the token has no `kid`."""
    if "kid" not in token.header:
        return keys.keys
    kid = token.header["kid"]
    if not isinstance(kid, str):
        raise Refused(Reason.TOKEN_MALFORMED)
    named = [key for key in keys.keys if key.kid == kid]
    if not named:
        raise Refused(Reason.UNKNOWN_KEY)
    return named


def _fits(key: Key, algorithm: str) -> bool:
    """Return whether a key's type, curve, `use`, `alg` and `key_ops` allow this algorithm."""
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
        key.check_key_op("verify")
    except JoseError:
        return False
    return True
