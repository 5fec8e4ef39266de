"""The private key of a program, to request its tokens with private key JWT (RFC 7523, section 2.2)."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from flow_mcp.common.errors import FlowMcpError

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_RSA_BITS = 2048
_VALID_SECONDS = 60
_MAX_BYTES = 64 * 1024


class ClientKeyError(FlowMcpError):
    """A file has no private key that can sign assertions."""

    exit_code = 2


@dataclass(frozen=True)
class ClientKey:
    """A private key and its signature algorithm."""

    key: RSAKey | ECKey = field(repr=False)
    algorithm: str

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the key from a PEM file.

        Raises:
            ClientKeyError: the file has no usable key.
        """
        try:
            with file.open("rb") as stream:
                pem = stream.read(_MAX_BYTES)
        except OSError as error:
            raise ClientKeyError(f"{file} cannot be read: {error.strerror or error}") from None
        try:
            private = load_pem_private_key(pem, None)
        except TypeError:
            raise ClientKeyError(
                f"{file} is encrypted. Decrypt it for the verification with `openssl pkey -in {file}`."
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            raise ClientKeyError(f"{file} has no private key in PEM. A certificate is not enough.") from None
        algorithm = _algorithm(private)
        if algorithm is None:
            raise ClientKeyError(
                f"{file} has an unsupported key. Use RSA of {_RSA_BITS} bits or more, or EC on P-256, P-384 "
                "or P-521."
            )
        kind = RSAKey if isinstance(private, RSAPrivateKey) else ECKey
        return cls(kind.import_key(pem), algorithm)

    def parameters(self, client_id: str, authority: str) -> dict[str, str]:
        """Return the parameters that authenticate one token request: an assertion for this issuer only."""
        now = int(time.time())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": authority,
            "iat": now,
            "exp": now + _VALID_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        assertion = jwt.encode({"alg": self.algorithm}, claims, self.key, algorithms=[self.algorithm])
        return {"client_id": client_id, "client_assertion_type": _BEARER, "client_assertion": assertion}


def _algorithm(private: PrivateKeyTypes) -> str | None:
    if isinstance(private, RSAPrivateKey):
        return "RS256" if private.key_size >= _RSA_BITS else None
    return _CURVES.get(private.curve.name) if isinstance(private, EllipticCurvePrivateKey) else None
