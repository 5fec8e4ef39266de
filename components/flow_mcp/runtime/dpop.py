"""Check that the caller possesses the key to which its token is bound (RFC 9449, DPoP)."""

from __future__ import annotations

import math
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from flow_mcp.runtime.claims import required_seconds
from flow_mcp.runtime.compact import CompactToken, parse_token
from flow_mcp.runtime.jwks import public_key
from flow_mcp.runtime.reason import Reason, Refused
from flow_mcp.runtime.signature import is_signed_by

if TYPE_CHECKING:
    from joserfc.jwk import Key

    from flow_mcp.settings import Dpop

_URL = re.compile(r"(https?)://([^/?#]+)([^?#]*)", re.IGNORECASE)
"""Scheme, host and path; RFC 9449, 4.3 ignores query and fragment."""
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class UsedProof(NamedTuple):
    """A valid proof that must not be used again (RFC 9449, 11.1)."""

    jkt: str
    """Thumbprint of its key; `jti` is unique for one key only."""
    jti: str
    until: int
    """Last second, since 1970, at which `iat` would still be accepted."""


@dataclass(frozen=True)
class DpopCall:
    """The part of a call with the scheme DPoP from which possession of the key is proven.

    Attributes:
        proofs: Values of all `DPoP` headers.
        method: HTTP method of the call.
        first_use: Records a proof; returns whether no other call has used it.
        nonces: Nonces of which the proof must have one; none are required if it is empty (RFC 9449, 9).
    """

    proofs: tuple[str, ...]
    method: str
    first_use: Callable[[UsedProof], bool]
    nonces: tuple[str, ...] = ()


class Binding(NamedTuple):
    """The binding of a token that is presented with the scheme DPoP."""

    jkt: str
    """Thumbprint of the key that the token is bound to (RFC 7638)."""
    call: DpopCall
    accepted: Dpop
    """The accepted algorithms and the maximum age of proofs."""


def token_binding(claims: Mapping[str, Any], call: DpopCall | None, accepted: Dpop | None) -> Binding | None:
    """Return the binding of a token; None for an unbound token that is presented as Bearer.

    Args:
        claims: The claims of the token.
        call: How the call proves possession; None if it presents the token as Bearer.
        accepted: The accepted proofs; None if the authorization server has no DPoP in the settings.

    Raises:
        Refused: token and scheme do not belong together, or the binding is not by DPoP.
    """
    if "cnf" not in claims:
        if call is not None:
            raise Refused(Reason.UNBOUND_TOKEN)
        return None
    confirmation = claims["cnf"]
    if isinstance(confirmation, dict) and "x5t#S256" in confirmation:
        raise Refused(Reason.CERTIFICATE_BOUND_TOKEN)
    if call is None or accepted is None:
        raise Refused(Reason.BOUND_TOKEN)
    thumbprint = confirmation.get("jkt") if isinstance(confirmation, dict) else None
    if not isinstance(thumbprint, str):
        raise Refused(Reason.MALFORMED_CLAIM)
    return Binding(thumbprint, call, accepted)


def check_proof(binding: Binding, token: str, address: str, now: int, skew: int) -> None:
    """Check the proof of a call (RFC 9449, 4.3) and record it as used.

    Args:
        binding: The token's binding and the call.
        token: The token as presented.
        address: URL of the call without its query.
        now: Seconds since 1970.
        skew: Tolerated difference between the clocks, in seconds.

    Raises:
        Refused: a check fails; the first one determines the reason.
    """
    jkt, call, accepted = binding
    if len(call.proofs) != 1:
        raise Refused(Reason.NO_PROOF)
    try:
        proof = parse_token(call.proofs[0])
    except Refused as refusal:
        raise Refused(Reason.PROOF_MALFORMED) from refusal
    key = _proof_key(proof, accepted)
    identifier, issued_at = _identifier(proof), _issued_at(proof)
    if not is_signed_by(proof, key):
        raise Refused(Reason.PROOF_BAD_SIGNATURE)
    if key.thumbprint() != jkt:
        raise Refused(Reason.PROOF_WRONG_KEY)
    claims = proof.claims
    if claims.get("htm") != call.method or not _same_address(claims.get("htu"), address):
        raise Refused(Reason.PROOF_WRONG_REQUEST)
    if claims.get("ath") != _digest(token):
        raise Refused(Reason.PROOF_WRONG_TOKEN)
    until = issued_at + accepted.max_age_seconds + skew
    if now > until or now < issued_at - skew:
        raise Refused(Reason.PROOF_WRONG_TIME)
    if call.nonces and claims.get("nonce") not in call.nonces:
        raise Refused(Reason.PROOF_WRONG_NONCE)
    if not call.first_use(UsedProof(jkt, identifier, math.floor(until))):
        raise Refused(Reason.PROOF_REPLAYED)


def _proof_key(proof: CompactToken, accepted: Dpop) -> Key:
    """Return the public key in the header, after the checks of the header."""
    header = proof.header
    if "crit" in header or "b64" in header:
        raise Refused(Reason.PROOF_MALFORMED)
    if header.get("typ") != "dpop+jwt" or header.get("alg") not in accepted.algorithms:
        raise Refused(Reason.PROOF_MALFORMED)
    key = public_key(header.get("jwk"))
    if key is None:
        raise Refused(Reason.PROOF_MALFORMED)
    return key


def _identifier(proof: CompactToken) -> str:
    identifier = proof.claims.get("jti")
    if not isinstance(identifier, str) or not identifier:
        raise Refused(Reason.PROOF_MALFORMED)
    return identifier


def _issued_at(proof: CompactToken) -> int | float:
    try:
        return required_seconds(proof.claims.get("iat"))
    except Refused as refusal:
        raise Refused(Reason.PROOF_MALFORMED) from refusal


def _same_address(claimed: object, address: str) -> bool:
    """Compare `htu` with the address of the call, without query, fragment and default port."""
    return isinstance(claimed, str) and _normalized(claimed) == _normalized(address)


def _normalized(url: str) -> tuple[str, str, str] | None:
    match = _URL.match(url)
    if match is None:
        return None
    scheme = match[1].lower()
    return scheme, match[2].lower().removesuffix(_DEFAULT_PORTS[scheme]), match[3]


def _digest(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
