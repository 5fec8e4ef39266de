"""A token taken apart, before anything of it is believed."""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from flow_mcp.runtime.reason import Reason, Refused

MAX_TOKEN_LENGTH = 16 * 1024
"""Characters. Servers' tokens have 1 to 4 KiB; most web servers refuse header lines over 8 or 16 KiB."""

# base64url to base64, and base64's own `+`, `/` and `=` to something that no base64 has.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")


class CompactToken(NamedTuple):
    """A JWS in compact form (RFC 7515, 7.1). Nothing in it is verified."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes


def parse_token(token: str) -> CompactToken:
    """Take a JWS apart.

    Stricter than the RFC asks where laxness would let one token be written in two ways: base64url is
    canonical, JSON is UTF-8 with unique names and without NaN.

    Raises:
        Refused: it is too long, opaque, encrypted or malformed.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise Refused(Reason.TOKEN_TOO_LARGE)
    dots = token.count(".")
    if dots != 2:
        raise Refused(Reason.TOKEN_ENCRYPTED if dots == 4 else Reason.TOKEN_OPAQUE)
    try:
        signing_input, _, signature = token.encode("ascii").rpartition(b".")
        header, _, payload = signing_input.partition(b".")
        return CompactToken(
            header=_header(header),
            claims=_json_object(payload),
            signing_input=signing_input,
            signature=_base64url(signature),
        )
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.TOKEN_MALFORMED) from error


def _base64url(text: bytes) -> bytes:
    """Decode base64url without padding; each value has one way to be written (RFC 4648, 3.5)."""
    data = binascii.a2b_base64(text.translate(_TO_BASE64) + b"=" * (-len(text) % 4), strict_mode=True)
    tail = len(text) % 4
    if tail:
        last = binascii.b2a_base64(data[1 - tail :], newline=False)[:tail]
        if last != text[-tail:].translate(_TO_BASE64):
            raise ValueError("unused bits are set")
    return data


@lru_cache(maxsize=128)
def _header(text: bytes) -> Mapping[str, Any]:
    """Read a header. A server's tokens have few different ones, and nothing here changes them."""
    return MappingProxyType(_json_object(text))


def _json_object(text: bytes) -> dict[str, Any]:
    value = _DECODER.decode(_base64url(text).decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 a fault of the token, like the others
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name occurs twice")
    return value


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
