"""How many tenants run at once, and the threads that run them."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

_BYTES = 400 * 1024 * 1024
"""What a tenant takes: Pulumi, the program, the plugins, the policy pack. Measured: 240 to 300 MB."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def at_once(cores: float | None = None, memory: int | None = None) -> int:
    """How many tenants to run at once: one more than cores, for each waits for its server, as memory allows.

    Args:
        cores: default: those that this process may use, in a container too.
        memory: bytes; default: those that are free, in a container too.
    """
    by_cores = int(cores if cores is not None else _cores()) + 1
    by_memory = (memory if memory is not None else _memory()) // _BYTES
    return max(1, min(by_cores, by_memory))


def run_all(
    items: Sequence[_Item], workers: int, work: Callable[[_Item], _Result], go_on: Callable[[], bool]
) -> Iterator[tuple[_Item, _Result]]:
    """Do work on items in threads, and give each result as soon as it is there.

    Args:
        items: begun in their order.
        workers: how many at once.
        work: an exception of it ends the run when what has begun is done, and is raised then.
        go_on: asked before each item whether another one may begin.
    """
    waiting = iter(items)
    lock = threading.Lock()
    done: queue.SimpleQueue[tuple[_Item, _Result] | BaseException | None] = queue.SimpleQueue()
    broken = threading.Event()

    def worker() -> None:
        try:
            while True:
                with lock:
                    item = next(waiting, done) if go_on() and not broken.is_set() else done
                if item is done:
                    return
                done.put((item, work(item)))  # type: ignore[arg-type] # it is no end mark
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
        found = done.get()
        if found is None:
            running -= 1
        elif isinstance(found, BaseException):
            error = error or found
        else:
            yield found
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
    return 4 * _BYTES  # a system that does not say; macOS


def _cgroup(name: str) -> str:
    """A limit of the container that this is, if it is one (cgroup v2)."""
    try:
        return Path("/sys/fs/cgroup", name).read_text(encoding="utf-8")
    except OSError:
        return ""
