"""The form of a token, which is checked first."""

from __future__ import annotations

import json

from tests.vectors.acme import GOOD, HEADER, PERSON, PRODUCTION, answers, person, token
from tests.vectors.book import Theme
from tests.vectors.signing import base64url, signed

theme = Theme("form", "The form of tokens: size, parts, base64url, JSON.", "keycloak", "keycloak", PRODUCTION)

BODY = json.dumps(person())
FIRST, SECOND, THIRD = GOOD.split(".")
LIMIT = 16 * 1024


def refused(
    name: str, requirement: str, description: str, text: str, reason: str = "token-malformed"
) -> None:
    """Add a vector: the token is denied before its issuer is known."""
    theme.add(name, requirement, description, text, answers.unknown_server(reason))


def payload(text: str | bytes) -> str:
    """Return a correctly signed token with this payload."""
    return signed(text, HEADER, "issuer")


def header(text: str | bytes) -> str:
    """Return a correctly signed token with this header."""
    return signed(BODY, text.encode() if isinstance(text, str) else text, "issuer")


def filled(length: int) -> str:
    """Return a valid token of exactly this length, with an unused claim and header."""
    size = (length - len(token(person(filler=""), filler=""))) * 3 // 4 - 4
    texts = (token(person(filler="a" * (size + i)), filler="a" * j) for i in range(8) for j in range(4))
    return next(text for text in texts if len(text) == length)


def other_last_letter(text: str) -> str:
    """Return another encoding of the same bytes: the last letter of a 256-byte signature has unused bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]


theme.add("longest", "FRM-1", "A token of 16 KiB is read.", filled(LIMIT), answers.allowed(PERSON))
refused("too-long", "FRM-1", "A good token of more than 16 KiB.", filled(LIMIT + 1), "token-too-large")
theme.add(
    "megabyte",
    "FRM-1",
    "A megabyte is refused and not an error of the server.",
    GOOD,
    answers.unknown_server("token-too-large"),
    padTokenTo=1_048_576,
)
refused("empty", "FRM-2", "No text at all after the scheme.", "", "token-opaque")
refused("opaque", "FRM-2", "An opaque token.", "2YotnFZFEjr1zCsicMWpAA", "token-opaque")
refused("two-parts", "FRM-2", "Two parts: unsigned.", f"{FIRST}.{SECOND}", "token-opaque")
refused("four-parts", "FRM-2", "Four parts.", f"{GOOD}.{THIRD}", "token-opaque")
refused("jwe", "FRM-2", "Five parts: a JWE.", f"{GOOD}.{SECOND}.{THIRD}", "token-encrypted")
refused("six-parts", "FRM-2", "Six parts.", f"{GOOD}.a.b.c", "token-opaque")
refused("empty-parts", "FRM-4", "Three empty parts.", "..")

refused("padding", "FRM-3", "Padding at the end.", f"{GOOD}==")
refused("space-before", "FRM-3", "A space before the token.", f" {GOOD}")
refused("line-break", "FRM-3", "A line break after the token.", f"{GOOD}\n")
refused("zero-byte", "FRM-3", "A zero byte after the token.", f"{GOOD}\x00")
refused("other-letter", "FRM-3", "A letter that is not ASCII.", f"{GOOD[:-1]}\u00e9")
refused("unused-bits", "FRM-3", "Unused bits that are set.", other_last_letter(GOOD))
refused("impossible-length", "FRM-3", "A length that base64 cannot have.", f"{FIRST}.{SECOND}.abcde")
plain = THIRD.replace("-", "+").replace("_", "/")
refused("plain-base64", "FRM-3", "Base64 with + and / for - and _.", f"{FIRST}.{SECOND}.{plain}")

refused("not-utf-8", "FRM-4", "A payload that is not UTF-8.", payload(b'{"iss":"\xff\xfe"}'))
refused("not-utf-8-header", "FRM-4", "A header that is not UTF-8.", header(b'{"alg":"RS256","kid":"\xc3"}'))
refused("utf-16", "FRM-4", "A payload in UTF-16.", payload(BODY.encode("utf-16")))
refused("byte-order-mark", "FRM-4", "A byte order mark.", payload(b"\xef\xbb\xbf" + BODY.encode()))
refused("list", "FRM-4", "A payload that is a list.", payload("[]"))
refused("null", "FRM-4", "A payload that is null.", payload("null"))
refused("header-string", "FRM-4", "A header that is a string.", header('"RS256"'))

refused("twice", "FRM-5", "A name twice in the payload.", payload('{"aud":"a",' + BODY[1:]))
refused("twice-within", "FRM-5", "A name twice further in.", payload('{"x":{"a":1,"a":2},' + BODY[1:]))
two_algorithms = header('{"alg":"none","alg":"RS256","typ":"JWT","kid":"k1"}')
refused("twice-header", "FRM-5", "A name twice in the header.", two_algorithms)

refused("not-json", "FRM-6", "A payload with something after the object.", payload(BODY + "x"))
refused("nan", "FRM-6", "NaN is no JSON.", payload('{"x":NaN,' + BODY[1:]))
refused("infinity", "FRM-6", "Infinity is no JSON.", payload('{"x":-Infinity,' + BODY[1:]))
refused("deep", "FRM-6", "6,000 lists in one another.", payload('{"x":' + "[" * 6000))
letters = f"{base64url(b'a')}.{base64url(b'b')}.{THIRD}"
refused("signature-only", "FRM-4", "Parts that are no JSON at all.", letters)
