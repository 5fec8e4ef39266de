"""Repeat an action in a background thread."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from threading import Event, Lock, Thread
from weakref import WeakSet

_log = logging.getLogger("flow_mcp.runtime")


class Poller:
    """A daemon thread that repeats an action; it starts at the first call of `keep_running`.

    The late start lets it run also in the processes that a server forks after it created the application.

    Args:
        action: The function to call; its exceptions are logged, and it is called again.
        seconds: Seconds from the end of one call to the start of the next.
    """

    def __init__(self, action: Callable[[], None], seconds: float) -> None:
        self._action = action
        self._seconds = seconds
        self._thread: Thread | None = None
        self._starting = Lock()
        self._stopped = Event()
        _pollers.add(self)

    def keep_running(self) -> None:
        """Start the thread unless it runs or was stopped. Fast enough to call for every request."""
        if self._thread is not None or self._stopped.is_set():
            return
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="flow-mcp settings", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop the thread permanently; wait for a running action to end."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def forget_thread(self) -> None:
        """Reset after fork: threads of the parent process do not exist in the child."""
        self._thread = None
        self._starting = Lock()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._action()
            except Exception:
                _log.exception(
                    "Settings could not be read: unexpected error. Next attempt in %g seconds.", self._seconds
                )


_pollers: WeakSet[Poller] = WeakSet()


def _after_fork() -> None:
    for poller in _pollers:
        poller.forget_thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
