"""Tests of the `WWW-Authenticate` header."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_mcp.runtime import bearer_challenge

# RFC 9110, 11.2 and 5.6.4, for the parameters used here.
_PARAMETER = r'[a-z_]+="(?:[ !#-\[\]-~]|\\["\\])*"'
GRAMMAR = re.compile(rf"Bearer {_PARAMETER}(?:, {_PARAMETER})*")


@pytest.mark.parametrize(
    ("challenge", "text"),
    [
        (bearer_challenge(), 'Bearer realm="Flow MCP"'),
        (bearer_challenge(resource_metadata="https://a/b"), 'Bearer resource_metadata="https://a/b"'),
        (bearer_challenge(scopes=("a", "b")), 'Bearer scope="a b"'),
        (
            bearer_challenge(error="invalid_token", resource_metadata="https://a/b", scopes=("api://x/y",)),
            'Bearer error="invalid_token", resource_metadata="https://a/b", scope="api://x/y"',
        ),
        (bearer_challenge(scopes=('a"b\\c',)), 'Bearer scope="a\\"b\\\\c"'),
        (bearer_challenge(scopes=("a\r\nSet-Cookie: b",)), 'Bearer scope="a%0D%0ASet-Cookie: b"'),
        (bearer_challenge(scopes=("å",)), 'Bearer scope="%C3%A5"'),
    ],
)
def test_a_challenge_has_the_standard_syntax(challenge: str, text: str) -> None:
    assert challenge == text


@given(url=st.text(min_size=1), scopes=st.lists(st.text(min_size=1), max_size=3))
def test_no_value_can_end_the_header_or_start_another(url: str, scopes: list[str]) -> None:
    assert GRAMMAR.fullmatch(bearer_challenge(error="invalid_token", resource_metadata=url, scopes=scopes))
