"""How many tenants run at once, and what happens to the others when one breaks or the run ends."""

from __future__ import annotations

import threading

import pytest

from flow_mcp.engine.fleet.workers import at_once, run_all

GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [(2, 16 * GIGABYTE, 3), (8, 16 * GIGABYTE, 9), (8, 2 * GIGABYTE, 5), (0.5, GIGABYTE, 1), (2, 0, 1)],
)
def test_cores_and_memory_bound_the_workers(cores: float, memory: int, expected: int) -> None:
    assert at_once(cores, memory) == expected


def test_this_machine_has_a_worker() -> None:
    assert at_once() >= 1


def test_no_more_run_at_once_than_there_are_workers_and_all_are_run() -> None:
    # Each waits until another one is there too: with fewer than two at once this would not end.
    together, running, most = threading.Barrier(2), 0, 0
    lock = threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(timeout=60)
        with lock:
            running -= 1
        return item * 2

    found = dict(run_all(range(10), 2, work, lambda: True))

    assert (found, most) == ({item: item * 2 for item in range(10)}, 2)


def test_nothing_is_begun_after_the_run_is_to_end() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        done.append(item)

    assert [item for item, _ in run_all(range(10), 1, work, lambda: len(done) < 3)] == [0, 1, 2] == done


def test_an_error_of_ours_is_raised_when_what_has_begun_is_done() -> None:
    others, finished = threading.Event(), []

    def work(item: int) -> int:
        if item == 0:
            others.wait(timeout=60)
            raise ValueError("a mistake")
        others.set()
        finished.append(item)
        return item

    with pytest.raises(ValueError, match="a mistake"):
        list(run_all(range(100), 2, work, lambda: True))
    assert finished


def test_no_items_are_no_work() -> None:
    assert list(run_all([], 3, str, lambda: True)) == []
