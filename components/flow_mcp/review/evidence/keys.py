"""Keys in PEM files: the private one that signs, the public ones that verify.

What a key can do follows from the key alone. Nothing that a signed file says chooses an algorithm.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined] # it lists no exports

from flow_mcp.review.evidence.errors import EvidenceError

_KINDS = "an Ed25519, an ECDSA (P-256, P-384, P-521) or an RSA key"
_RSA_BITS = 2048
_LARGEST = 64 * 1024


def signer(file: Path, passphrase: Callable[[], str]) -> CryptoSigner:
    """The private key in a file.

    Args:
        file: PEM.
        passphrase: asked for only if the key is encrypted.

    Raises:
        EvidenceError: it is no private key that can sign, or the passphrase is wrong.
    """
    pem = _read(file)
    try:
        private = load_pem_private_key(pem, None)
    except TypeError:
        private = _decrypted(file, pem, passphrase())
    except (ValueError, UnsupportedAlgorithm):
        made = "make one with `openssl genpkey -algorithm ed25519 -out evidence.pem`"
        raise EvidenceError(f"{file} holds no private key in PEM that can be used; {made}") from None
    # A Diffie-Hellman key has no place here either, but its public part says so.
    public = _usable(file, private.public_key())
    return CryptoSigner(private, public)


def public_key(file: Path) -> SSlibKey:
    """The public key in a file.

    Raises:
        EvidenceError: it is no public key that can verify.
    """
    pem = _read(file)
    try:
        return _usable(file, load_pem_public_key(pem))
    except (ValueError, UnsupportedAlgorithm):
        made = "get it with `openssl pkey -in evidence.pem -pubout -out evidence.pub`"
        raise EvidenceError(f"{file} holds no public key in PEM; {made}") from None


def _decrypted(file: Path, pem: bytes, passphrase: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(pem, passphrase.encode())
    except (TypeError, ValueError, UnsupportedAlgorithm):  # the first for an empty one
        raise EvidenceError(f"{file} cannot be decrypted with this passphrase") from None


def _usable(file: Path, key: PublicKeyTypes) -> SSlibKey:
    if isinstance(key, RSAPublicKey) and key.key_size < _RSA_BITS:
        raise EvidenceError(f"{file} is an RSA key of {key.key_size} bits; use one of {_RSA_BITS} or more")
    try:
        return SSlibKey.from_crypto(key)
    except ValueError:
        raise EvidenceError(f"{file} is a key of another kind; use {_KINDS}") from None


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST)
    except OSError as error:
        raise EvidenceError(f"{file} cannot be read: {error.strerror or error}") from None
