"""Tests of forged tokens: each is denied with 401 and raises no exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet

from flow_mcp.runtime import Reason
from flow_mcp.runtime.compact import MAX_TOKEN_LENGTH
from tests.unit.runtime.acme import (
    AUTHORITY,
    GONE,
    base64url,
    claims,
    decided,
    key,
    keys,
    public,
    signed,
    signed_with_public_key,
    token,
)

GOOD = token()
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
PLAIN = {"alg": "RS256", "typ": "JWT", "kid": "k1"}
BODY = json.dumps(claims())


def unsigned(header: dict[str, Any], signature: str = "") -> str:
    return f"{base64url(json.dumps(header).encode()).decode()}.{PAYLOAD}.{signature}"


def payload(text: str | bytes) -> str:
    return signed(text, PLAIN, key())


def header(text: bytes) -> str:
    return signed(BODY, text, key())


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        pytest.param(Reason.TOKEN_OPAQUE, "", id="empty"),
        pytest.param(Reason.TOKEN_OPAQUE, "2YotnFZFEjr1zCsicMWpAA", id="opaque"),
        pytest.param(Reason.TOKEN_OPAQUE, "a.b", id="two parts"),
        pytest.param(Reason.TOKEN_OPAQUE, GOOD + ".a", id="four parts"),
        pytest.param(Reason.TOKEN_ENCRYPTED, "a.b.c.d.e", id="JWE"),
        pytest.param(Reason.TOKEN_OPAQUE, "a.b.c.d.e.f", id="six parts"),
        pytest.param(Reason.TOKEN_MALFORMED, "..", id="three empty parts"),
        pytest.param(Reason.TOKEN_MALFORMED, f" {GOOD}", id="space in front"),
        pytest.param(Reason.TOKEN_MALFORMED, f"{GOOD}\n", id="line break at the end"),
        pytest.param(Reason.TOKEN_MALFORMED, f"{GOOD}==", id="padding"),
        pytest.param(Reason.TOKEN_MALFORMED, f"{HEADER}.{PAYLOAD}.{SIGNATURE}\x00", id="zero byte"),
        pytest.param(Reason.TOKEN_MALFORMED, f"{HEADER}.{PAYLOAD}.é", id="letter that is not ASCII"),
        pytest.param(Reason.TOKEN_MALFORMED, f"{HEADER}.{PAYLOAD}.\ud800", id="half a surrogate pair"),
        pytest.param(
            Reason.TOKEN_MALFORMED, GOOD.replace("_", "/").replace("-", "+") + "+", id="base64 with + and /"
        ),
        pytest.param(
            Reason.TOKEN_MALFORMED, f"{HEADER}.{PAYLOAD}.abcde", id="length that base64 cannot have"
        ),
        pytest.param(Reason.TOKEN_MALFORMED, payload(b"\xff\xfe{}"), id="payload not UTF-8"),
        pytest.param(Reason.TOKEN_MALFORMED, payload(BODY.encode("utf-16")), id="payload UTF-16"),
        pytest.param(
            Reason.TOKEN_MALFORMED, payload(b"\xef\xbb\xbf" + BODY.encode()), id="payload with a BOM"
        ),
        pytest.param(Reason.TOKEN_MALFORMED, payload("[]"), id="payload a list"),
        pytest.param(Reason.TOKEN_MALFORMED, payload("null"), id="payload null"),
        pytest.param(Reason.TOKEN_MALFORMED, payload(BODY + "x"), id="payload with something after it"),
        pytest.param(
            Reason.TOKEN_MALFORMED, payload('{"aud":"a",' + BODY[1:]), id="name twice in the payload"
        ),
        pytest.param(
            Reason.TOKEN_MALFORMED, payload('{"x":{"a":1,"a":2},' + BODY[1:]), id="name twice further in"
        ),
        pytest.param(Reason.TOKEN_MALFORMED, payload('{"x":NaN,' + BODY[1:]), id="NaN"),
        pytest.param(Reason.TOKEN_MALFORMED, payload('{"x":-Infinity,' + BODY[1:]), id="Infinity"),
        pytest.param(
            Reason.MALFORMED_CLAIM,
            payload(BODY.replace(str(claims()["exp"]), "1e999")),
            id="exp too large for a number",
        ),
        pytest.param(Reason.TOKEN_MALFORMED, payload(f'{{"x":{"9" * 5000}}}'), id="number of 5,000 digits"),
        pytest.param(Reason.TOKEN_MALFORMED, payload('{"x":' + "[" * 6000), id="6,000 lists in one another"),
        pytest.param(
            Reason.TOKEN_MALFORMED,
            header(b'{"alg":"RS256","typ":"JWT","kid":"k1","kid":"k1"}'),
            id="name twice in the header",
        ),
        pytest.param(Reason.TOKEN_MALFORMED, header(b'"RS256"'), id="header a string"),
        pytest.param(Reason.TOKEN_MALFORMED, token(kid=["k1"]), id="kid a list"),
        pytest.param(Reason.TOKEN_MALFORMED, token(kid=None), id="kid null"),
        pytest.param(Reason.TOKEN_TOO_LARGE, GOOD + "a" * 1_000_000, id="a megabyte"),
        pytest.param(Reason.TOKEN_TOO_LARGE, "a" * (MAX_TOKEN_LENGTH + 1), id="a character too long"),
        pytest.param(Reason.TOKEN_OPAQUE, "a" * MAX_TOKEN_LENGTH, id="just not too long"),
        pytest.param(
            Reason.WRONG_ALGORITHM, unsigned(PLAIN | {"alg": "none"}, "AA"), id="alg none with a signature"
        ),
        pytest.param(
            Reason.WRONG_ALGORITHM, unsigned(PLAIN | {"alg": "nOnE"}, "AA"), id="alg none in other letters"
        ),
        pytest.param(Reason.WRONG_ALGORITHM, unsigned({"typ": "JWT", "kid": "k1"}, SIGNATURE), id="no alg"),
        pytest.param(
            Reason.WRONG_ALGORITHM, unsigned(PLAIN | {"alg": ["RS256"]}, SIGNATURE), id="alg a list"
        ),
        pytest.param(
            Reason.WRONG_ALGORITHM, unsigned(PLAIN | {"alg": "rs256"}, SIGNATURE), id="alg in other letters"
        ),
        pytest.param(
            Reason.WRONG_ALGORITHM,
            signed_with_public_key(BODY, PLAIN | {"alg": "HS256"}),
            id="HS256 with the public key as the secret",
        ),
        pytest.param(
            Reason.WRONG_ALGORITHM, token(alg="RS512"), id="an algorithm that the profile does not list"
        ),
        pytest.param(Reason.WRONG_ALGORITHM, token(alg="PS256"), id="another padding"),
        pytest.param(Reason.BAD_SIGNATURE, unsigned(PLAIN, "AA"), id="signature of one byte"),
        pytest.param(Reason.BAD_SIGNATURE, unsigned(PLAIN), id="no signature"),
        pytest.param(
            Reason.BAD_SIGNATURE,
            f"{HEADER}.{base64url(BODY.encode() + b' ').decode()}.{SIGNATURE}",
            id="other payload",
        ),
        pytest.param(Reason.CRITICAL_HEADER, token(crit=["exp"], exp=1), id="crit"),
        pytest.param(Reason.CRITICAL_HEADER, token(crit=[]), id="crit empty"),
        pytest.param(Reason.CRITICAL_HEADER, token(b64=False, crit=["b64"]), id="unencoded payload"),
        pytest.param(Reason.CRITICAL_HEADER, token(b64=True), id="b64 without crit"),
        pytest.param(Reason.WRONG_TYPE, token(typ=GONE), id="no typ"),
        pytest.param(Reason.WRONG_TYPE, token(typ="logout+jwt"), id="logout token by its typ"),
        pytest.param(Reason.WRONG_TYPE, token(typ="dpop+jwt"), id="DPoP proof"),
        pytest.param(Reason.WRONG_TYPE, token(typ=["JWT"]), id="typ a list"),
        pytest.param(Reason.WRONG_TYPE, token(typ="application/application/jwt"), id="prefix twice"),
        pytest.param(Reason.UNKNOWN_KEY, token(kid="k9"), id="kid that nobody has"),
        pytest.param(Reason.UNKNOWN_KEY, token(kid=""), id="kid empty"),
        pytest.param(Reason.UNKNOWN_KEY, token(kid="../../../dev/null"), id="kid a path"),
        pytest.param(Reason.UNKNOWN_KEY, token(kid="k1' OR '1'='1"), id="kid an injection"),
        pytest.param(
            Reason.BAD_SIGNATURE, token(signed_by=key("k2"), kid="k1"), id="another key under a known kid"
        ),
        pytest.param(
            Reason.BAD_SIGNATURE,
            token(signed_by=key("k2"), kid="k1", jwk=key("k2").as_dict(private=False)),
            id="brings its own key (jwk)",
        ),
        pytest.param(
            Reason.BAD_SIGNATURE,
            token(signed_by=key("k2"), kid="k1", jku="https://evil.example/jwks"),
            id="points to its own keys (jku)",
        ),
        pytest.param(
            Reason.BAD_SIGNATURE,
            token(signed_by=key("k2"), kid="k1", x5u="https://evil.example/cert", x5c=["MIIB"]),
            id="brings its own certificate (x5u, x5c)",
        ),
        pytest.param(
            Reason.UNFIT_KEY,
            token(signed_by=key("ec"), alg="ES256", kid="k1"),
            id="ES256 under an RSA key's kid",
        ),
        pytest.param(Reason.UNKNOWN_KEY, token(signed_by=key("k2"), kid="k2"), id="another server's key"),
    ],
)
def test_refused(reason: Reason, text: str) -> None:
    decision = decided(text)
    assert (decision.reason, decision.status, decision.error) == (reason, 401, "invalid_token")
    assert (decision.client, decision.subject, decision.subject_kind) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(token(typ="application/at+JWT"), id="typ in full and other letters"),
        pytest.param(token(jku="https://evil.example/jwks", x5t="a"), id="headers that are not read"),
        pytest.param(token(kid=GONE), id="no kid and one key"),
        pytest.param(payload(f" {BODY}\n"), id="spaces around the JSON"),
    ],
)
def test_allowed(text: str) -> None:
    assert decided(text).reason is Reason.ALLOWED


@pytest.mark.parametrize(("kind", "alg"), [("ec", "ES256"), ("ed", "EdDSA")])
def test_other_algorithms_of_the_profile_are_verified(kind: str, alg: str) -> None:
    good = token(signed_by=key(kind), alg=alg)
    forged = token(signed_by=key(kind + "2"), alg=alg, kid=kind)
    assert decided(good, with_keys=keys("k1", kind)).reason is Reason.ALLOWED
    assert decided(forged, with_keys=keys("k1", kind)).reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("reason", "published"),
    [
        pytest.param(Reason.ALLOWED, ("k1", "ec"), id="one RSA key and one of another type"),
        pytest.param(Reason.UNFIT_KEY, ("k1", "k2"), id="two RSA keys"),
        pytest.param(Reason.UNFIT_KEY, ("ec",), id="none that fits"),
    ],
)
def test_without_a_kid_exactly_one_key_must_fit(reason: Reason, published: tuple[str, ...]) -> None:
    assert decided(token(kid=GONE), with_keys=keys(*published)).reason is reason


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"use": "enc"}, id="for encryption"),
        pytest.param({"alg": "RS512"}, id="for another algorithm"),
        pytest.param({"use": "sig", "key_ops": ["sign"]}, id="for signing only"),
    ],
)
def test_a_key_is_used_only_for_its_published_purpose(changes: dict[str, Any]) -> None:
    published = {AUTHORITY: KeySet([public(**changes)])}
    assert decided(GOOD, with_keys=published).reason is Reason.UNFIT_KEY


def test_of_two_keys_with_one_kid_either_may_have_signed() -> None:
    twice = [public("k2", kid="k1"), public("k1")]
    assert decided(GOOD, with_keys={AUTHORITY: KeySet(twice)}).reason is Reason.ALLOWED


def test_without_the_servers_keys_tokens_are_denied() -> None:
    assert decided(GOOD, with_keys={}).reason is Reason.KEYS_UNAVAILABLE
    assert decided(GOOD, with_keys={AUTHORITY: KeySet([])}).reason is Reason.UNKNOWN_KEY


@given(st.data())
def test_no_mutation_of_a_valid_token_is_accepted(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(GOOD)))
    removed = data.draw(st.integers(0, 4))
    inserted = data.draw(st.text(max_size=4) | st.text("abcAB01-_.=+/", max_size=4))
    mutated = GOOD[:position] + inserted + GOOD[position + removed :]
    decision = decided(mutated)
    assert decision.allowed == (mutated == GOOD)
    assert decision.status in {200, 401}


@given(position=st.integers(0, len(GOOD) - 1), letter=st.sampled_from("ABCDEFGHghijklmnyz0189-_"))
def test_no_other_letter_in_a_valid_token_is_accepted(position: int, letter: str) -> None:
    mutated = GOOD[:position] + letter + GOOD[position + 1 :]
    assert decided(mutated).allowed == (mutated == GOOD)


def test_no_other_last_letter_is_accepted() -> None:
    """Only two bits of the last letter are significant (RFC 4648, 3.5)."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = [letter for letter in letters if decided(GOOD[:-1] + letter).allowed]
    assert accepted == [GOOD[-1]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.sampled_from([*sorted(claims()), "nbf", "cnf", "client_id"]), value=JSON)
def test_arbitrary_claims_raise_no_exception(name: str, value: object) -> None:
    decision = decided(signed(json.dumps(claims(**{name: value})), PLAIN, key()))
    assert decision.allowed == (decision.status == 200)


@given(name=st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jku", "jwk", "x5c"]), value=JSON)
def test_no_value_of_a_header_is_accepted_that_was_not_signed(name: str, value: object) -> None:
    changed = json.dumps(PLAIN | {name: value})
    assert not decided(f"{base64url(changed.encode()).decode()}.{PAYLOAD}.{SIGNATURE}").allowed


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_arbitrary_text_raises_no_exception(text: str) -> None:
    assert decided(text).status == 401
