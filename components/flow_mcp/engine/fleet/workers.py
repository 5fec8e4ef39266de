"""Run tenants in threads, with a number of threads that fits the machine."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

_BYTES = 400 * 1024 * 1024
"""Memory of one tenant: Pulumi, the program, the plugins, the policy pack. Measured: 240 to 300 MB."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def default_workers(cores: float | None = None, memory: int | None = None) -> int:
    """Return the number of tenants to run at the same time: the cores plus one, limited by the memory.

    There is one more than cores because each tenant waits for its authorization server.

    Args:
        cores: default: the cores that this process may use, within the limits of its container.
        memory: in bytes; default: the free memory, within the limits of its container.
    """
    by_cores = int(cores if cores is not None else _cores()) + 1
    by_memory = (memory if memory is not None else _memory()) // _BYTES
    return max(1, min(by_cores, by_memory))


def run_all(
    items: Sequence[_Item], workers: int, work: Callable[[_Item], _Result], may_continue: Callable[[], bool]
) -> Iterator[tuple[_Item, _Result]]:
    """Call a function for each item in threads, and yield each result as soon as it is available.

    Args:
        items: the items, started in their order.
        workers: the number of threads.
        work: the function. After an exception no further item starts; it is raised when all threads ended.
        may_continue: called before each item; False starts no further item.
    """
    waiting = iter(items)
    lock = threading.Lock()
    done: queue.SimpleQueue[tuple[_Item, _Result] | BaseException | None] = queue.SimpleQueue()
    broken = threading.Event()

    def worker() -> None:
        try:
            while True:
                with lock:
                    item = next(waiting, done) if may_continue() and not broken.is_set() else done
                if item is done:
                    return
                done.put((item, work(item)))  # type: ignore[arg-type] # it is not the end marker
        except BaseException as error:
            broken.set()
            done.put(error)
        finally:
            done.put(None)

    threads = [threading.Thread(target=worker, daemon=True) for _ in range(min(workers, len(items)))]
    for thread in threads:
        thread.start()
    error: BaseException | None = None
    running = len(threads)
    while running:
        result = done.get()
        if result is None:
            running -= 1
        elif isinstance(result, BaseException):
            error = error or result
        else:
            yield result
    if error:
        raise error


def _cores() -> float:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = _cgroup("cpu.max").split()
    if len(limit) == 2 and limit[0].isdigit():
        return min(usable, int(limit[0]) / int(limit[1]))
    return usable


def _memory() -> int:
    free = _free()
    limit, used = _cgroup("memory.max").strip(), _cgroup("memory.current").strip()
    if limit.isdigit() and used.isdigit():
        return min(free, int(limit) - int(used))
    return free


def _free() -> int:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                return int(value.split()[0]) * 1024
    except OSError:
        pass
    return 4 * _BYTES  # a system without /proc/meminfo, such as macOS


def _cgroup(name: str) -> str:
    """Return a limit of this process's container (cgroup v2); empty without a container."""
    try:
        return Path("/sys/fs/cgroup", name).read_text(encoding="utf-8")
    except OSError:
        return ""
