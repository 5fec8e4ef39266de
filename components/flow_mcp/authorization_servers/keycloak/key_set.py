"""The set of the two public keys of a client during a rotation of its key.

Keycloak looks for a key by the assertion's header `kid`, and takes the first key of the set if there is none.
The previous key is therefore the first one: a client that sends no `kid` continues to work. Seen on Keycloak
26.7.4.
"""

from __future__ import annotations

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from joserfc.jwk import ECKey, RSAKey


def key_set(previous: str, current: str) -> str:
    """Return the keys of two certificates in PEM as a JSON Web Key Set (RFC 7517)."""
    return json.dumps({"keys": [_key(previous), _key(current)]}, sort_keys=True, separators=(",", ":"))


def key_id(certificate: str) -> str:
    """Return the ID under which Keycloak knows the key of a client's certificate, also if it is the only one.

    It is the SHA-256 of the public key (SubjectPublicKeyInfo, DER) in base64url, as Keycloak's
    `KeyUtils.createKeyId` computes it.
    """
    key = load_pem_x509_certificate(certificate.encode()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def _key(certificate: str) -> dict[str, object]:
    key = load_pem_x509_certificate(certificate.encode()).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kind = RSAKey if isinstance(key, RSAPublicKey) else ECKey
    return {**kind.import_key(pem).as_dict(private=False), "use": "sig", "kid": key_id(certificate)}
