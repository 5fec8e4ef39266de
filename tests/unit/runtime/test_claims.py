"""Tests of claim conditions, beside those of the test vectors."""

from __future__ import annotations

import pytest

from flow_mcp.runtime.claims import all_hold
from flow_mcp.settings import ClaimCondition

PRESENT = ClaimCondition(claim="c", must="present")
ABSENT = ClaimCondition(claim="c", must="absent")
ONE_OF = ClaimCondition(claim="c", must="one-of", values=("2.0",))


@pytest.mark.parametrize(
    ("condition", "claims", "holds"),
    [
        (PRESENT, {"c": False}, True),
        (ABSENT, {"d": 1}, True),
        (ONE_OF, {"c": 2.0}, False),
    ],
)
def test_an_operator_accepts_only_its_values(
    condition: ClaimCondition, claims: dict[str, object], holds: bool
) -> None:
    assert all_hold([condition], claims) is holds
