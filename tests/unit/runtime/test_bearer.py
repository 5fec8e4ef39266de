"""Tests of reading the token and the proofs of a call, beside those of the test vectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_mcp.runtime import Reason
from flow_mcp.runtime.bearer import PresentedToken, presented_token
from flow_mcp.runtime.reason import Refused


@pytest.mark.parametrize(
    ("value", "token"),
    [
        (b"Bearer abc ", "abc"),
        (b"Bearer ", ""),
        (b"Bearer a b", "a b"),
        (b"Bearer \xc3\xa6\xff", "\xc3\xa6\xff"),
        (b"Bearer\tabc", None),
        (b"", None),
    ],
)
def test_the_token_follows_the_scheme_and_a_space(value: bytes, token: str | None) -> None:
    presented = PresentedToken(token) if token is not None else None
    assert presented_token([(b"host", b"h"), (b"authorization", value), (b"dpop", b"p")]) == presented


@pytest.mark.parametrize("scheme", [b"DPoP", b"dpop", b"DPOP"])
@pytest.mark.parametrize("proofs", [(), ("p",), ("p", "\xff")])
def test_a_token_with_the_scheme_dpop_has_the_proofs_of_all_headers(
    scheme: bytes, proofs: tuple[str, ...]
) -> None:
    headers = [(b"dpop", proof.encode("latin-1")) for proof in proofs]
    presented = presented_token([*headers, (b"authorization", scheme + b" abc ")])
    assert presented == PresentedToken("abc", proofs)


def test_an_empty_second_authorization_header_is_rejected() -> None:
    with pytest.raises(Refused) as refused:
        presented_token([(b"authorization", b"Bearer abc"), (b"authorization", b"")])
    assert refused.value.reason is Reason.SEVERAL_TOKENS


@pytest.mark.parametrize(
    "query",
    [
        b"a=1;access_token=abc",
        b"access_token=",
        b"a=1&%61%63cess_token=abc",
    ],
)
@pytest.mark.parametrize("headers", [[], [(b"authorization", b"Bearer abc")]])
def test_a_token_in_the_query_is_rejected_even_with_a_header(
    query: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    with pytest.raises(Refused) as refused:
        presented_token(headers, query)
    assert refused.value.reason is Reason.TOKEN_IN_QUERY


@pytest.mark.parametrize(
    "query", [b"", b"a=access_token", b"my_access_token=1", b"access_tokens=1", b"%ff&%"]
)
def test_other_queries_are_ignored(query: bytes) -> None:
    assert presented_token([(b"authorization", b"Bearer abc")], query) == PresentedToken("abc")


@given(st.lists(st.tuples(st.just(b"authorization"), st.binary()), max_size=2), st.binary())
def test_arbitrary_bytes_raise_no_error(headers: list[tuple[bytes, bytes]], query: bytes) -> None:
    try:
        token = presented_token(headers, query)
    except Refused:
        return
    assert token is None or isinstance(token.token, str)
