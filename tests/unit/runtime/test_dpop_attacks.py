"""Tests of arbitrary proofs: no proof raises an error, and none but a valid one is accepted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flow_mcp.runtime import Decision, DpopCall, decide
from flow_mcp.runtime.jwks import public_keys
from tests.vectors.acme import AUTHORITY, PRODUCTION
from tests.vectors.book import NOW
from tests.vectors.bound import BOUND, KEY, proof
from tests.vectors.keys import KEYS
from tests.vectors.tenants import DPOP

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3),
    max_leaves=4,
)
SERVER_KEYS = {AUTHORITY: public_keys(KEYS["keycloak"][AUTHORITY])}


def decided(*proofs: str) -> Decision:
    call = DpopCall(proofs, "POST", lambda _: True)
    return decide(DPOP, PRODUCTION, BOUND, SERVER_KEYS, NOW, call)


def test_the_unchanged_proof_is_accepted() -> None:
    assert decided(proof()).allowed


@given(st.lists(st.text(), max_size=2))
def test_arbitrary_headers_are_denied(proofs: list[str]) -> None:
    assert decided(*proofs).status == 401


@given(name=st.sampled_from(["jti", "htm", "htu", "iat", "ath"]), value=JSON)
def test_an_arbitrary_claim_raises_no_error(name: str, value: Any) -> None:
    assert decided(proof(**{name: value})).status in {200, 401}


@given(name=st.sampled_from(["typ", "jwk", "crit", "b64"]), value=JSON)
def test_an_arbitrary_header_is_denied(name: str, value: Any) -> None:
    assert decided(proof(header={name: value})).status == 401


@given(
    name=st.sampled_from(["kty", "crv", "x", "y", "use", "key_ops", "alg", "d", "n", "e", "k"]), value=JSON
)
def test_an_arbitrary_member_of_the_key_raises_no_error(name: str, value: Any) -> None:
    assert decided(proof(header={"jwk": {**KEY, name: value}})).status in {200, 401}
