"""Read keys from PEM files: the private key that signs, and the public keys that verify.

The key alone determines the algorithm. The content of a signed file never does.
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
_MAXIMUM_BYTES = 64 * 1024


def signer(file: Path, passphrase: Callable[[], str]) -> CryptoSigner:
    """Read the private key in a file.

    Args:
        file: a PEM file.
        passphrase: called only if the key is encrypted.

    Raises:
        EvidenceError: the file contains no private key that can sign, or the passphrase is wrong.
    """
    pem = _read(file)
    try:
        private = load_pem_private_key(pem, None)
    except TypeError:
        private = _decrypted(file, pem, passphrase())
    except (ValueError, UnsupportedAlgorithm):
        remedy = "create one with `openssl genpkey -algorithm ed25519 -out evidence.pem`"
        raise EvidenceError(f"{file} contains no usable private key in PEM; {remedy}") from None
    # A Diffie-Hellman key is loaded too; the check of its public part rejects it.
    public = _require_usable(file, private.public_key())
    return CryptoSigner(private, public)


def public_key(file: Path) -> SSlibKey:
    """Read the public key in a file.

    Raises:
        EvidenceError: the file contains no public key that can verify.
    """
    pem = _read(file)
    try:
        return _require_usable(file, load_pem_public_key(pem))
    except (ValueError, UnsupportedAlgorithm):
        remedy = "extract it with `openssl pkey -in evidence.pem -pubout -out evidence.pub`"
        raise EvidenceError(f"{file} contains no public key in PEM; {remedy}") from None


def _decrypted(file: Path, pem: bytes, passphrase: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(pem, passphrase.encode())
    except (TypeError, ValueError, UnsupportedAlgorithm):  # TypeError for an empty passphrase
        raise EvidenceError(f"{file} cannot be decrypted with this passphrase") from None


def _require_usable(file: Path, key: PublicKeyTypes) -> SSlibKey:
    if isinstance(key, RSAPublicKey) and key.key_size < _RSA_BITS:
        raise EvidenceError(f"{file} contains an RSA key of {key.key_size} bits; use {_RSA_BITS} or more")
    try:
        return SSlibKey.from_crypto(key)
    except ValueError:
        raise EvidenceError(f"{file} contains a key of an unsupported kind; use {_KINDS}") from None


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_MAXIMUM_BYTES)
    except OSError as error:
        raise EvidenceError(f"{file} cannot be read: {error.strerror or error}") from None
