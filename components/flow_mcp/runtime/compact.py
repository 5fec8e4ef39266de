"""Parse a token without verifying it."""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from flow_mcp.runtime.reason import Reason, Refused

MAX_TOKEN_LENGTH = 16 * 1024
"""In characters. Real tokens have 1 to 4 KiB; most web servers reject header lines over 8 or 16 KiB."""

# Translates base64url to base64. `+`, `/` and `=`, which base64url does not have, become invalid characters.
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")
# Indexed by the number of characters after the last whole group of four: the base64 padding, and the last
# characters whose unused bits, four or two, are zero. A single character encodes no byte.
_PADDING = (b"", b"===", b"==", b"=")
_LAST = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")


class CompactToken(NamedTuple):
    """An unverified JWS in compact form (RFC 7515, 7.1)."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes


def parse_token(token: str) -> CompactToken:
    """Parse a JWS.

    It is stricter than the RFC, so that each token has one encoding only: base64url is canonical, JSON is
    UTF-8 with unique names and without NaN.

    Raises:
        Refused: the token is too long, opaque, encrypted or malformed.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise Refused(Reason.TOKEN_TOO_LARGE)
    dots = token.count(".")
    if dots != 2:
        raise Refused(Reason.TOKEN_ENCRYPTED if dots == 4 else Reason.TOKEN_OPAQUE)
    try:
        signing_input, _, signature = token.encode("ascii").rpartition(b".")
        header, _, payload = signing_input.partition(b".")
        return CompactToken(_header(header), _json_object(payload), signing_input, _base64url(signature))
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.TOKEN_MALFORMED) from error


def _base64url(text: bytes) -> bytes:
    """Decode canonical base64url without padding (RFC 4648, 3.5)."""
    tail = len(text) % 4
    if tail and text[-1] not in _LAST[tail]:
        raise ValueError("unused bits are set")
    return binascii.a2b_base64(text.translate(_TO_BASE64) + _PADDING[tail], strict_mode=True)


@lru_cache(maxsize=128)
def _header(text: bytes) -> Mapping[str, Any]:
    """Decode a header. Cached, because the tokens of one server have few different headers."""
    return MappingProxyType(_json_object(text))


def _json_object(text: bytes) -> dict[str, Any]:
    json_text = _base64url(text).decode("utf-8").strip(_WHITE_SPACE)
    value, end = _DECODER.raw_decode(json_text)
    if not isinstance(value, dict) or end != len(json_text):
        raise ValueError("the part is not exactly one JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name occurs twice in a JSON object")
    return value


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_WHITE_SPACE = " \t\n\r"
"""White space that JSON allows around a value (RFC 8259, 2)."""

_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
