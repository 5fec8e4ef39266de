"""Tests of the operators of claim conditions."""

from __future__ import annotations

import pytest

from flow_mcp.runtime.claims import all_hold
from flow_mcp.settings import ClaimCondition

PRESENT = ClaimCondition(claim="c", must="present")
ABSENT = ClaimCondition(claim="c", must="absent")
ONE_OF = ClaimCondition(claim="c", must="one-of", values=("2.0", "3.0"))
NO_SUFFIX = ClaimCondition(claim="c", must="no-suffix", values=("@clients", "-bot"))
PREFIX = ClaimCondition(claim="c", must="prefix", values=("usr_", "ext_"))


@pytest.mark.parametrize(
    ("condition", "claims", "holds"),
    [
        (PRESENT, {"c": "x"}, True),
        (PRESENT, {"c": ""}, True),
        (PRESENT, {"c": False}, True),
        (PRESENT, {"c": None}, False),
        (PRESENT, {}, False),
        (ABSENT, {}, True),
        (ABSENT, {"d": 1}, True),
        (ABSENT, {"c": None}, False),
        (ABSENT, {"c": "x"}, False),
        (ONE_OF, {"c": "2.0"}, True),
        (ONE_OF, {"c": "3.0"}, True),
        (ONE_OF, {"c": "1.0"}, False),
        (ONE_OF, {"c": 2.0}, False),
        (ONE_OF, {"c": ["2.0"]}, False),
        (ONE_OF, {}, False),
        (NO_SUFFIX, {"c": "kari"}, True),
        (NO_SUFFIX, {"c": "@clients of ours"}, True),
        (NO_SUFFIX, {"c": "abc@clients"}, False),
        (NO_SUFFIX, {"c": "abc-bot"}, False),
        (NO_SUFFIX, {"c": 7}, False),
        (NO_SUFFIX, {}, False),
        (PREFIX, {"c": "usr_1"}, True),
        (PREFIX, {"c": "ext_1"}, True),
        (PREFIX, {"c": "m2m_usr_1"}, False),
        (PREFIX, {"c": ["usr_1"]}, False),
        (PREFIX, {}, False),
    ],
)
def test_each_operator_accepts_only_its_values(
    condition: ClaimCondition, claims: dict[str, object], holds: bool
) -> None:
    assert all_hold([condition], claims) is holds


def test_every_condition_must_hold() -> None:
    assert all_hold([PRESENT, ONE_OF], {"c": "2.0"})
    assert not all_hold([PRESENT, ONE_OF], {"c": "1.0"})
    assert all_hold([], {})
