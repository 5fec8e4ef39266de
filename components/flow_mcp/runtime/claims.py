"""Check a token's header and claims by the authorization server's token profile."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flow_mcp.runtime.reason import Reason, Refused

if TYPE_CHECKING:
    from flow_mcp.settings import ClaimCondition, TokenProfile

Claims = Mapping[str, Any]


def check_header(header: Mapping[str, Any], profile: TokenProfile) -> None:
    """Check algorithm, type and extensions (RFC 7515, 4.1; RFC 8725, 3.1 and 3.11).

    Raises:
        Refused: the profile does not allow one of them.
    """
    if "crit" in header or "b64" in header:
        raise Refused(Reason.CRITICAL_HEADER)
    if header.get("alg") not in profile.algorithms:
        raise Refused(Reason.WRONG_ALGORITHM)
    kind = header.get("typ")
    if not isinstance(kind, str) or _media_type(kind) not in map(_media_type, profile.types):
        raise Refused(Reason.WRONG_TYPE)


def check_times(claims: Claims, now: int, skew: int) -> int:
    """Check `exp`, `nbf` and `iat` (RFC 7519, 4.1.4 to 4.1.6) and return `exp`, in seconds since 1970.

    Raises:
        Refused: the token is not valid at this time.
    """
    if "exp" not in claims:
        raise Refused(Reason.MISSING_CLAIM)
    expires_at = required_seconds(claims["exp"])
    if now >= expires_at + skew:
        raise Refused(Reason.EXPIRED)
    if "nbf" in claims and now < required_seconds(claims["nbf"]) - skew:
        raise Refused(Reason.NOT_YET_VALID)
    if "iat" in claims and now < required_seconds(claims["iat"]) - skew:
        raise Refused(Reason.ISSUED_IN_FUTURE)
    return math.floor(expires_at)


def required_text(claims: Claims, name: str) -> str:
    """Return a claim that must be a non-empty string, and printable because it is logged.

    Raises:
        Refused: it is missing or has the wrong type.
    """
    if name not in claims:
        raise Refused(Reason.MISSING_CLAIM)
    value = claims[name]
    if not isinstance(value, str) or not value or not value.isprintable():
        raise Refused(Reason.MALFORMED_CLAIM)
    return value


def audiences(claims: Claims) -> frozenset[str]:
    """Return `aud`, a string or a list of strings (RFC 7519, 4.1.3).

    Raises:
        Refused: it is missing or has the wrong type.
    """
    if "aud" not in claims:
        raise Refused(Reason.MISSING_CLAIM)
    value = claims["aud"]
    return _strings([value] if isinstance(value, str) else value)


def scopes(claims: Claims, name: str) -> frozenset[str]:
    """Return the scopes, separated by spaces (RFC 9068, 2.2.3) or in a list; none if the claim is missing.

    Raises:
        Refused: it has the wrong type.
    """
    value = claims.get(name, "")
    return _strings(value.split(" ") if isinstance(value, str) else value)


def roles(claims: Claims, name: str | None) -> frozenset[str]:
    """Return the app roles of a list claim; none if the claim is missing.

    Raises:
        Refused: it has the wrong type.
    """
    return _strings(claims.get(name, [])) if name else frozenset()


def all_hold(conditions: Iterable[ClaimCondition], claims: Claims) -> bool:
    """Return whether the claims meet every condition."""
    return all(_holds(condition, claims) for condition in conditions)


def _holds(condition: ClaimCondition, claims: Claims) -> bool:
    if condition.must == "absent":
        return condition.claim not in claims
    value = claims.get(condition.claim)
    if condition.must == "present":
        return value is not None
    if not isinstance(value, str):
        return False
    if condition.must == "one-of":
        return value in condition.values
    if condition.must == "prefix":
        return value.startswith(condition.values)
    return not value.endswith(condition.values)


def _strings(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not {str}.issuperset(map(type, value)):
        raise Refused(Reason.MALFORMED_CLAIM)
    return frozenset(value)


def required_seconds(value: object) -> int | float:
    """Return a time, in seconds since 1970 (RFC 7519, 2: NumericDate).

    Raises:
        Refused: it is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(Reason.MALFORMED_CLAIM)
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused(Reason.MALFORMED_CLAIM)
    return value


def _media_type(kind: str) -> str:
    """Normalize a media type to lower case without `application/`, which is optional (RFC 7515, 4.1.9)."""
    return kind.lower().removeprefix("application/")
