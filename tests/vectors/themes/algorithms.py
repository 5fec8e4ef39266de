"""Every algorithm that a token profile can list."""

from __future__ import annotations

from tests.vectors.book import Theme
from tests.vectors.generic import PRODUCTION, PROGRAM, answers, program
from tests.vectors.generic import token as signed_token
from tests.vectors.keys import SIGNERS
from tests.vectors.signing import base64url, from_base64url

theme = Theme(
    "algorithms", "Every algorithm that a token profile can list.", "generic", "generic", PRODUCTION
)
add = theme.add


def token(algorithm: str, kid: str | None = None) -> str:
    """Return a token of the agent."""
    return signed_token(program(), algorithm, kid)


def with_signature(algorithm: str, signature: bytes) -> str:
    """Return the token with another signature."""
    return f"{token(algorithm).rpartition('.')[0]}.{base64url(signature)}"


def altered(algorithm: str) -> str:
    """Return the token with one inverted bit in the signature."""
    signature = bytearray(from_base64url(token(algorithm).rpartition(".")[2]))
    signature[-1] ^= 1
    return with_signature(algorithm, bytes(signature))


bad_signature = theme.expecting("SIG-1", answers.invalid("bad-signature"))
for algorithm in SIGNERS:
    name = algorithm.lower()
    add(name, "SIG-2", f"{algorithm} is verified.", token(algorithm), answers.allowed(PROGRAM))
    bad_signature(f"{name}-altered", f"{algorithm} with one bit of the signature turned.", altered(algorithm))

unfit = theme.expecting("KEY-4", answers.invalid("unfit-key"))
unfit("es256-with-rsa", "ES256 under an RSA key's kid.", token("ES256", "RS256"))
unfit("rs256-with-ec", "RS256 under an elliptic-curve key's kid.", token("RS256", "ES256"))
unfit("es256-with-p384", "ES256 under the kid of a key on P-384.", token("ES256", "ES384"))
unfit("eddsa-with-ec", "EdDSA under an elliptic-curve key's kid.", token("EdDSA", "ES256"))
der, zeros = with_signature("ES256", bytes.fromhex("3006020101020101")), with_signature("ES256", bytes(64))
bad_signature("es256-der", "ES256 whose signature is DER instead of two numbers.", der)
bad_signature("es256-zero", "ES256 whose signature is all zeros (CVE-2022-21449).", zeros)
