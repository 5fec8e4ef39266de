"""Tests of forged tokens, beside those of the test vectors: no text is accepted that was not signed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet

from flow_mcp.runtime import Reason
from tests.unit.runtime.acme import (
    AUTHORITY,
    base64url,
    claims,
    decided,
    key,
    public,
    signed,
    token,
)

GOOD = token()
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
PLAIN = {"alg": "RS256", "typ": "JWT", "kid": "k1"}
BODY = json.dumps(claims())


def payload(text: str | bytes) -> str:
    return signed(text, PLAIN, key())


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        pytest.param(Reason.TOKEN_MALFORMED, f"{HEADER}.{PAYLOAD}.\ud800", id="half a surrogate pair"),
        pytest.param(Reason.TOKEN_MALFORMED, payload(f'{{"x":{"9" * 5000}}}'), id="number of 5,000 digits"),
        pytest.param(
            Reason.ALLOWED, token(jku="https://evil.example/jwks", x5t="a"), id="headers that are not read"
        ),
        pytest.param(Reason.ALLOWED, payload(f" {BODY}\n"), id="spaces around the JSON"),
    ],
)
def test_unusual_texts_are_decided(reason: Reason, text: str) -> None:
    assert decided(text).reason is reason


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
