"""Shards: each tenant is in exactly one, they are of similar size, and few tenants move."""

from __future__ import annotations

from collections import Counter

import pytest

from flow_mcp.engine.fleet.shards import Shard, ShardError, jump_hash, shard_of

TENANTS = [f"tenant-{number:06}" for number in range(100_000)]
COUNTS = (50, 51, 100)


@pytest.fixture(scope="module")
def shards() -> dict[int, list[int]]:
    """The shard of each of 100,000 tenants, by the number of shards."""
    return {count: [shard_of(tenant, count) for tenant in TENANTS] for count in COUNTS}


def test_each_of_100000_tenants_is_in_exactly_one_shard_of_a_similar_size(
    shards: dict[int, list[int]],
) -> None:
    sizes = {count: Counter(numbers) for count, numbers in shards.items()}
    assert {count: sorted(counter) for count, counter in sizes.items()} == {
        count: [*range(1, count + 1)] for count in COUNTS
    }
    assert {count: counter.total() for count, counter in sizes.items()} == dict.fromkeys(COUNTS, 100_000)
    # A binomial distribution has a standard deviation of 31 for 100 shards of 1,000 tenants.
    spread = {count: (min(counter.values()), max(counter.values())) for count, counter in sizes.items()}
    assert spread == {
        50: (1_891, 2_087),
        51: (1_865, 2_053),
        100: (927, 1_064),
    }


def test_one_shard_more_moves_its_own_tenants_only(shards: dict[int, list[int]]) -> None:
    moves = [(before, after) for before, after in zip(shards[50], shards[51], strict=True) if before != after]
    assert {after for _, after in moves} == {51}
    assert len(moves) == 1_930  # 100,000 / 51 = 1,961
    doubled = [
        (before, after) for before, after in zip(shards[50], shards[100], strict=True) if before != after
    ]
    assert {after for _, after in doubled} == {*range(51, 101)}
    assert len(doubled) == 50_002


def test_a_new_or_removed_tenant_moves_no_other() -> None:
    before, after = TENANTS[:1_000], [*TENANTS[1:1_000], "new"]
    shards = [Shard(number, 8) for number in range(1, 9)]
    assert sorted(tenant for shard in shards for tenant in shard.select(before)) == before
    changes = {shard.number: {*shard.select(before)} ^ {*shard.select(after)} for shard in shards}
    assert {number: names for number, names in changes.items() if names} == {
        shard_of("tenant-000000", 8): {"tenant-000000"},
        shard_of("new", 8): {"new"},
    }


def test_the_division_is_the_same_on_every_machine_and_in_every_version() -> None:
    assert [shard_of(name, 8) for name in ("acme", "globex", "contoso", "northwind", "")] == [2, 7, 1, 7, 6]


def test_the_buckets_are_those_of_other_implementations() -> None:
    # https://github.com/lithammer/go-jump-consistent-hash/blob/master/jump_test.go
    keys = {(1, 1): 0, (42, 57): 43, (0xDEAD10CC, 1): 0, (0xDEAD10CC, 666): 361, (256, 1024): 520}
    assert {(key, count): jump_hash(key, count) for key, count in keys} == keys


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/2", " 1/4", "a/b", "1/1000000"])
def test_a_shard_that_does_not_exist_is_rejected(text: str) -> None:
    with pytest.raises(ShardError, match="is not a shard; use 1/8 to 8/8 for eight shards"):
        Shard.parse(text)


def test_a_shard_is_written_as_it_is_read() -> None:
    assert [str(Shard.parse(text)) for text in ("1/1", "3/8", "999999/999999")] == [
        *("1/1", "3/8", "999999/999999")
    ]
