"""Signs the assertion with which an application authenticates by a certificate.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import base64
import binascii
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from joserfc import jwt
from joserfc.jwk import RSAKey

from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.errors import CredentialsError

_SECONDS = 300
_ALGORITHM = "PS256"


def signed_assertion(entra: Entra, client_id: str, environment: Mapping[str, str]) -> str:
    """Return an assertion that is signed with the certificate's key (RFC 7523, section 2.2).

    Args:
        entra: the Entra tenant.
        client_id: the application's client ID.
        environment: ARM_CLIENT_CERTIFICATE_PATH (a PKCS #12 file) or ARM_CLIENT_CERTIFICATE (its content in
            base64), and ARM_CLIENT_CERTIFICATE_PASSWORD.

    Raises:
        CredentialsError: the certificate or its key cannot be read.
    """
    password = environment.get("ARM_CLIENT_CERTIFICATE_PASSWORD", "").encode() or None
    try:
        path = environment.get("ARM_CLIENT_CERTIFICATE_PATH")
        content = (
            Path(path).read_bytes()
            if path
            else base64.b64decode(environment["ARM_CLIENT_CERTIFICATE"], validate=True)
        )
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password)
    except (OSError, ValueError, binascii.Error, UnsupportedAlgorithm):
        # The cause is left out, because its message could contain a part of the key.
        key = certificate = None
    if not isinstance(key, RSAPrivateKey) or certificate is None:
        raise CredentialsError(
            "ARM_CLIENT_CERTIFICATE_PATH or ARM_CLIENT_CERTIFICATE is not a PKCS #12 certificate with an RSA "
            "key that ARM_CLIENT_CERTIFICATE_PASSWORD opens. Correct them."
        )
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode()
    now = int(time.time())
    claims = {
        "aud": f"{entra.endpoints}/token",
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "exp": now + _SECONDS,
    }
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    header = {"alg": _ALGORITHM, "x5t#S256": thumbprint}
    return jwt.encode(header, claims, RSAKey.import_key(pem), algorithms=[_ALGORITHM])
