"""The number of threads, and the end of a run after an error or an interrupt."""

from __future__ import annotations

import threading

import pytest

from flow_mcp.engine.fleet.workers import default_workers, run_all

GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [(2, 16 * GIGABYTE, 3), (8, 16 * GIGABYTE, 9), (8, 2 * GIGABYTE, 5), (0.5, GIGABYTE, 1), (2, 0, 1)],
)
def test_cores_and_memory_bound_the_workers(cores: float, memory: int, expected: int) -> None:
    assert default_workers(cores, memory) == expected


def test_this_machine_has_a_worker() -> None:
    assert default_workers() >= 1


def test_no_more_run_default_workers_than_there_are_workers_and_all_are_run() -> None:
    # Each call waits for a second one: with fewer than two threads the test would not end.
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


def test_no_item_starts_after_the_end_of_the_run() -> None:
    done: list[int] = []

    def work(item: int) -> None:
        done.append(item)

    assert [item for item, _ in run_all(range(10), 1, work, lambda: len(done) < 3)] == [0, 1, 2] == done


def test_an_error_is_raised_after_the_running_items_have_finished() -> None:
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
