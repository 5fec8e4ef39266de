"""Each tenant is in exactly one wave, and the waves have the given order and sizes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_mcp.engine.fleet.waves import Wave, WaveError, waves

TEN = tuple(f"t{number}" for number in range(10))


def test_canaries_come_first_and_percentages_are_of_the_others_rounded_up() -> None:
    assert waves(TEN, ("t[78]", "t3"), (10, 50)) == (
        Wave("canaries", ("t3", "t7", "t8")),
        Wave("10 %", ("t0",)),
        Wave("50 %", ("t1", "t2", "t4")),
        Wave("100 %", ("t5", "t6", "t9")),
    )


def test_without_waves_there_is_one_and_without_tenants_none() -> None:
    assert waves(TEN) == (Wave("all", TEN),)
    assert waves(TEN, ("t*",)) == (Wave("canaries", TEN),)
    assert waves((), ("t*",), (10,)) == ()
    assert waves(("t0",), (), (1, 2, 3)) == (Wave("1 %", ("t0",)),)


@pytest.mark.parametrize("percentages", [(50, 10), (10, 10), (0, 50), (101,), (-1,)])
def test_percentages_that_do_not_increase_or_exceed_100_are_rejected(percentages: tuple[int, ...]) -> None:
    with pytest.raises(WaveError, match="use increasing percentages from 1 to 100, as in 10,50"):
        waves(TEN, (), percentages)


@given(st.integers(0, 300), st.sets(st.integers(1, 100), max_size=6), st.sampled_from(["", "t1*", "t*"]))
def test_each_tenant_is_in_exactly_one_wave(tenants: int, percentages: set[int], canary: str) -> None:
    stacks = tuple(f"t{number}" for number in range(tenants))
    found = waves(stacks, (canary,), sorted(percentages))
    assert sorted(stack for wave in found for stack in wave.stacks) == sorted(stacks)
    assert all(wave.stacks for wave in found)
