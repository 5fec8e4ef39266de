"""The reason codes of decisions."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

ErrorCode = Literal["invalid_token", "insufficient_scope", "invalid_dpop_proof", "use_dpop_nonce"]
Status = Literal[200, 401, 403]


class Reason(StrEnum):
    """The reason code of a decision, for logs and counters; a caller never receives it.

    Each code has exactly one status and one error code (RFC 6750, 3.1; RFC 9449, 7.1 and 9).
    """

    status: Status
    error: ErrorCode | None
    meaning: str

    def __new__(
        cls, code: str, meaning: str, status: Status = 401, error: ErrorCode | None = "invalid_token"
    ) -> Self:
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.meaning = meaning
        reason.status = status
        reason.error = error
        return reason

    ALLOWED = "allowed", "Every check passed.", 200, None

    NO_SETTINGS = "no-settings", "The tenant is unknown or has no MCP Server Settings.", 401, None
    UNKNOWN_RESOURCE = (
        "unknown-resource",
        "The address is neither a protected resource nor below one, or it is ambiguous "
        "(dot segments, encoded slashes, a query).",
        401,
        None,
    )
    NO_TOKEN = "no-token", "The call carries no bearer token.", 401, None

    SEVERAL_TOKENS = "several-tokens", "The call has more than one Authorization header."
    TOKEN_IN_QUERY = "token-in-query", "The query string has a token, which logs would keep."

    TOKEN_TOO_LARGE = "token-too-large", "The token is longer than 16 KiB."
    TOKEN_OPAQUE = (
        "token-opaque",
        "The token is not a JWS in compact form, such as an opaque token.",
    )
    TOKEN_ENCRYPTED = "token-encrypted", "The token is a JWE."
    TOKEN_MALFORMED = (
        "token-malformed",
        "A part is not canonical base64url of a JSON object in UTF-8 with unique names, or `kid` is not a "
        "string.",
    )
    UNKNOWN_ISSUER = (
        "unknown-issuer",
        "`iss` is missing or is not an accepted issuer of this resource, byte for byte: "
        "another tenant's token.",
    )
    CRITICAL_HEADER = (
        "critical-header",
        "The header has `crit` or `b64`, which require extensions that are not supported.",
    )
    WRONG_ALGORITHM = "wrong-algorithm", "`alg` is not in the token profile."
    WRONG_TYPE = "wrong-type", "The header's `typ` is missing or not in the token profile."
    KEYS_UNAVAILABLE = (
        "keys-unavailable",
        "The authorization server's keys could not be fetched, and no cached keys are left.",
    )
    UNKNOWN_KEY = "unknown-key", "The authorization server publishes no key with this `kid`."
    UNFIT_KEY = (
        "unfit-key",
        "The key is not for this algorithm or not for signatures, or there is no `kid` and not exactly one "
        "key fits.",
    )
    BAD_SIGNATURE = "bad-signature", "The signature is not valid for the key."

    CERTIFICATE_BOUND_TOKEN = (
        "certificate-bound-token",
        "The token is bound to a certificate (`cnf` with `x5t#S256`, mutual TLS). Such tokens are never "
        "accepted.",
    )
    BOUND_TOKEN = (
        "bound-token",
        "The token is bound to a key (`cnf`) and was presented as Bearer, or its authorization server has no "
        "DPoP in the settings.",
    )
    UNBOUND_TOKEN = (
        "unbound-token",
        "The token is not bound to a key, although the client must use bound tokens or presented it with the "
        "scheme DPoP.",
    )
    MISSING_CLAIM = "missing-claim", "One of `exp`, `aud`, `sub` and the client claim is missing."
    MALFORMED_CLAIM = "malformed-claim", "A required claim has the wrong type, or is not printable."
    EXPIRED = "expired", "`exp` has passed, clock skew included."
    NOT_YET_VALID = "not-yet-valid", "`nbf` is in the future, clock skew included."
    ISSUED_IN_FUTURE = "issued-in-future", "`iat` is in the future, clock skew included."
    NOT_AN_ACCESS_TOKEN = (
        "not-an-access-token",
        "A condition of the token profile is not met: an ID, refresh or logout token, or another version.",
    )
    NO_PROOF = "no-proof", "The call does not have exactly one DPoP header.", 401, "invalid_dpop_proof"
    PROOF_MALFORMED = (
        "proof-malformed",
        "The proof is not a JWT with the type `dpop+jwt`, an accepted algorithm, a public key in `jwk`, and "
        "the claims `jti` and `iat`.",
        401,
        "invalid_dpop_proof",
    )
    PROOF_BAD_SIGNATURE = (
        "proof-bad-signature",
        "The proof's signature is not valid for the key in its header.",
        401,
        "invalid_dpop_proof",
    )
    PROOF_WRONG_KEY = "proof-wrong-key", "The proof's key is not the key that the token is bound to."
    PROOF_WRONG_REQUEST = (
        "proof-wrong-request",
        "`htm` or `htu` of the proof does not name the method and the address of the call.",
        401,
        "invalid_dpop_proof",
    )
    PROOF_WRONG_TOKEN = (
        "proof-wrong-token",
        "`ath` of the proof is not the digest of the token.",
        401,
        "invalid_dpop_proof",
    )
    PROOF_WRONG_TIME = (
        "proof-wrong-time",
        "`iat` of the proof is in the future or too long ago, clock skew included.",
        401,
        "invalid_dpop_proof",
    )
    PROOF_WRONG_NONCE = (
        "proof-wrong-nonce",
        "The runtime requires a nonce, and the proof has none or an old one.",
        401,
        "use_dpop_nonce",
    )
    PROOF_REPLAYED = (
        "proof-replayed",
        "The proof was used before, or the runtime cannot remember more proofs.",
        401,
        "invalid_dpop_proof",
    )
    UNREGISTERED_CLIENT = (
        "unregistered-client",
        "The client is not declared, and no open registration method covers it.",
    )
    WRONG_GRANT = (
        "wrong-grant",
        "The client is declared for people and the token is a program's, or the reverse.",
    )
    NO_PERSON = "no-person", "The client used a registration method, and the token is not a person's."
    RESOURCE_NOT_GIVEN = (
        "resource-not-given",
        "The client is registered, but has no access to this resource.",
        403,
        None,
    )
    WRONG_AUDIENCE = (
        "wrong-audience",
        "`aud` does not name this resource: the token is for another environment or another service.",
    )
    MISSING_SCOPE = (
        "missing-scope",
        "The token lacks a scope that this resource requires.",
        403,
        "insufficient_scope",
    )
    MISSING_ROLE = (
        "missing-role",
        "The program's token lacks an app role that this resource requires.",
        403,
        "insufficient_scope",
    )


class Refused(Exception):  # noqa: N818 not an error: it ends an evaluation early, within this package
    """A failed check; `decide` turns it into the decision."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
