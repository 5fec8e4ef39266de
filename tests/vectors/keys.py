"""The key sets of the vectors' authorization servers."""

from __future__ import annotations

from typing import Any

from tests.vectors.signing import GONE, private_jwk, public_jwk
from tests.vectors.tenants import AUTH0, ENTRA, GENERIC, KEYCLOAK, SCALEKIT

Key = dict[str, Any]

KID = "k1"
"""Key ID of the default key of the tenant on Keycloak."""
ENTRA_KID = "nOo3ZDrODXEK1jKWhXslHR_KXEg"
AUTH0_KID = "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4"
SCALEKIT_KID = "snk_58327480989122566"


# The test key for each algorithm of the generic server; its `kid` is the algorithm.
SIGNERS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "other"),
    "ES256": "p256",
    "ES384": "p384",
    "ES512": "p521",
    "EdDSA": "ed25519",
}


def _at(document: Any, *keys: Any) -> dict[str, Any]:
    return {document.authorization_servers[0].authority: {"keys": list(keys)}}


def _issuer(**members: Any) -> Key:
    return public_jwk("issuer", KID, **members)


KEYS: dict[str, dict[str, Any]] = {
    "keycloak": _at(KEYCLOAK, _issuer()),
    "keycloak-none": {},
    "keycloak-empty": _at(KEYCLOAK),
    "keycloak-two": _at(KEYCLOAK, _issuer(), public_jwk("other", "k2")),
    "keycloak-one-fits": _at(KEYCLOAK, public_jwk("p256", "k2"), _issuer()),
    "keycloak-same-kid": _at(KEYCLOAK, public_jwk("other", KID), _issuer()),
    "keycloak-without-kid": _at(KEYCLOAK, _issuer(kid=GONE, use=GONE)),
    "keycloak-other-algorithm": _at(KEYCLOAK, _issuer(alg="PS256")),
    "keycloak-encryption": _at(KEYCLOAK, _issuer(use="enc")),
    "keycloak-not-for-verifying": _at(KEYCLOAK, _issuer(use=GONE, key_ops=["encrypt"])),
    "keycloak-for-verifying": _at(KEYCLOAK, _issuer(use=GONE, key_ops=["verify"])),
    "keycloak-leaked": _at(KEYCLOAK, private_jwk("issuer", KID)),
    "keycloak-symmetric": _at(
        KEYCLOAK, {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": KID}
    ),
    "keycloak-small": _at(KEYCLOAK, public_jwk("small", KID)),
    "keycloak-unreadable": _at(
        KEYCLOAK,
        "text",
        {"kid": KID},
        {"kty": "new", "kid": KID},
        {"kty": "RSA", "kid": KID},
        {"kty": "RSA", "kid": KID, "n": 1, "e": "AQAB"},
        {"kty": "EC", "kid": KID, "crv": "P-256", "x": "AQAB", "y": "AQAB"},
        _issuer(),
    ),
    "moving": _at(KEYCLOAK, _issuer()) | _at(GENERIC, public_jwk("other", "RS256")),
    "entra": _at(ENTRA, public_jwk("issuer", ENTRA_KID)),
    "auth0": _at(AUTH0, public_jwk("issuer", AUTH0_KID, alg="RS256")),
    "scalekit": _at(SCALEKIT, public_jwk("issuer", SCALEKIT_KID, alg="RS256")),
    "generic": _at(GENERIC, *(public_jwk(key, algorithm) for algorithm, key in SIGNERS.items())),
}
"""JSON Web Key Sets by file name and authority."""
