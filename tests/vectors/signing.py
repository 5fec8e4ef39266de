"""Sign tokens of the test vectors, with equal bytes for equal claims and header in every algorithm.

ECDSA signatures follow RFC 6979. Libraries do not let a caller choose the salt of RSASSA-PSS, so this module
implements RFC 8017, 9.1.1 with the digest of the message as salt. This is only suitable for test keys.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.errors import SecurityWarning
from joserfc.jwk import JWKRegistry, RSAKey

GONE = object()
"""As a value in changes of claims or header: omit the member."""

_HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


@cache
def _test_keys() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("keys.json").read_text(encoding="utf-8")
    keys: dict[str, dict[str, str]] = json.loads(text)["keys"]
    return keys


def private_jwk(name: str, named: str, **members: Any) -> dict[str, Any]:
    """Return a test key with its private part."""
    return {**_test_keys()[name], "kid": named, "use": "sig", **members}


def public_jwk(key: str, named: str, **members: Any) -> dict[str, Any]:
    """Return a test key as a server publishes it."""
    whole = private_jwk(key, named)
    private = {"d", "p", "q", "dp", "dq", "qi"}
    return without_gone({name: value for name, value in whole.items() if name not in private} | members)


def without_gone(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that are not `GONE`."""
    return {name: value for name, value in members.items() if value is not GONE}


def signed(payload: Mapping[str, Any] | str | bytes, header: Mapping[str, Any] | bytes, key: str) -> str:
    """Sign any content, including content that libraries reject.

    Args:
        payload: claims, or the exact text.
        header: its `alg` is the algorithm; bytes are used unchanged, with RS256.
        key: name of the test key.
    """
    algorithm = "RS256" if isinstance(header, bytes) else str(header["alg"])
    signing_input = joined(header, payload)
    return f"{signing_input}.{base64url(_signature(algorithm, signing_input.encode(), key))}"


def joined(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | str | bytes) -> str:
    """Header and payload, to be signed or not."""
    return f"{base64url(_bytes(header))}.{base64url(_bytes(payload))}"


def with_public_key_as_secret(payload: Mapping[str, Any], header: Mapping[str, Any], key: str) -> str:
    """The classic confusion: an HMAC whose secret is the public key's PEM."""
    signing_input = joined(header, payload)
    secret = RSAKey.import_key(dict(_test_keys()[key])).as_pem(private=False)
    return f"{signing_input}.{base64url(hmac.digest(secret, signing_input.encode(), 'sha256'))}"


def base64url(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Decode base64url without padding."""
    return urlsafe_b64decode(text + "==")


def _bytes(value: Mapping[str, Any] | str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return json.dumps(without_gone(value), separators=(",", ":")).encode()


@cache
def _private(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # one test key is too small, for a test of that
        key = JWKRegistry.import_key(dict(_test_keys()[name]))
    return key.get_op_key("sign")


def _signature(algorithm: str, message: bytes, name: str) -> bytes:
    key = _private(name)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    chosen = _HASHES[algorithm[2:]]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(chosen, deterministic_signing=True)))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if algorithm.startswith("RS"):
        return bytes(key.sign(message, padding.PKCS1v15(), chosen))
    return _pss(message, key.private_numbers(), f"sha{algorithm[2:]}")


def _pss(message: bytes, key: rsa.RSAPrivateNumbers, name: str) -> bytes:
    modulus = key.public_numbers.n
    length = modulus.bit_length() // 8
    digest = hashlib.new(name, message).digest()
    salt = digest
    inner = hashlib.new(name, bytes(8) + digest + salt).digest()
    block = (b"\x01" + salt).rjust(length - len(inner) - 1, b"\x00")
    mask = b"".join(
        hashlib.new(name, inner + counter.to_bytes(4, "big")).digest() for counter in range(length)
    )
    masked = bytearray(data_byte ^ mask_byte for data_byte, mask_byte in zip(block, mask, strict=False))
    masked[0] &= 0x7F
    encoded = int.from_bytes(bytes(masked) + inner + b"\xbc", "big")
    return pow(encoded, key.d, modulus).to_bytes(length, "big")
