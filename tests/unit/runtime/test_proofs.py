"""Tests of the memory of used proofs and of nonces."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from flow_mcp.runtime import ProofNonces
from flow_mcp.runtime.dpop import UsedProof
from flow_mcp.runtime.proofs import ProofMemory
from tests.unit.runtime.network import Clock


def used(jti: str, until: int = 100, jkt: str = "key") -> UsedProof:
    return UsedProof(jkt, jti, until)


def test_a_proof_is_accepted_from_one_call_only() -> None:
    memory, call, replay = ProofMemory(), object(), object()
    assert memory.first_use(used("a"), call, 0)
    assert memory.first_use(used("a"), call, 0), "the same call may be decided again, with new keys"
    assert not memory.first_use(used("a"), replay, 0)
    assert memory.first_use(used("b"), replay, 0)
    assert memory.first_use(used("a", jkt="other"), replay, 0)


def test_a_proof_is_remembered_until_its_time_makes_it_invalid() -> None:
    memory = ProofMemory()
    assert memory.first_use(used("a", until=100), object(), 0)
    assert not memory.first_use(used("a", until=100), object(), 100.9)
    assert memory.first_use(used("b", until=300), object(), 101)
    assert len(memory) == 1


def test_a_full_memory_refuses_further_proofs_until_others_expire() -> None:
    memory = ProofMemory(size=2)
    assert memory.first_use(used("a", until=50), object(), 0)
    assert memory.first_use(used("b", until=40), object(), 0)
    assert not memory.first_use(used("c"), object(), 40)
    assert memory.first_use(used("c"), object(), 41)
    assert not memory.first_use(used("a", until=50), object(), 41)
    assert len(memory) == 2


def test_of_many_threads_one_uses_a_proof() -> None:
    memory, barrier, results = ProofMemory(), Barrier(8), []

    def use() -> None:
        barrier.wait()
        results.append(memory.first_use(used("a"), object(), 0))

    threads = [Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]


def test_a_nonce_is_accepted_in_its_period_and_in_the_next_one() -> None:
    clock = Clock()
    nonces = ProofNonces(b"k" * 32, lifetime=300, clock=clock)
    clock.now = 900
    issued = nonces.accepted()[0]
    clock.now = 1499.9
    assert nonces.accepted()[1] == issued
    clock.now = 1500
    assert issued not in nonces.accepted()


@pytest.mark.parametrize("key", [b"", b"k" * 31])
def test_a_short_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        ProofNonces(key)


@pytest.mark.parametrize(("key", "equal"), [(b"k" * 32, True), (b"l" * 32, False), (None, False)])
def test_processes_with_the_same_key_accept_the_same_nonces(key: bytes | None, equal: bool) -> None:
    clock = Clock()
    first, second = ProofNonces(b"k" * 32, clock=clock), ProofNonces(key, clock=clock)
    assert (first.accepted() == second.accepted()) is equal
