"""An action repeated in the background."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from threading import Event, Lock, Thread
from weakref import WeakSet

_log = logging.getLogger("flow_mcp.runtime")


class Poller:
    """Repeats an action in a daemon thread, which it starts when it is first needed.

    So it also runs in the processes that a server forks after the application was made.

    Args:
        action: What to do; what it raises is logged, and the next time comes.
        seconds: Time from the end of one to the start of the next.
    """

    def __init__(self, action: Callable[[], None], seconds: float) -> None:
        self._action = action
        self._seconds = seconds
        self._thread: Thread | None = None
        self._starting = Lock()
        self._stopped = Event()
        _pollers.add(self)

    def keep_running(self) -> None:
        """Start the thread unless it runs, or was stopped. Cheap enough for each call."""
        if self._thread is not None or self._stopped.is_set():
            return
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="flow-mcp settings", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop for good; an action that is under way ends first."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def forget_thread(self) -> None:
        """Take note that this is a new process, into which no thread came along."""
        self._thread = None
        self._starting = Lock()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._action()
            except Exception:
                _log.exception("An unexpected error; it is tried again in %g seconds", self._seconds)


_pollers: WeakSet[Poller] = WeakSet()


def _after_fork() -> None:
    for poller in _pollers:
        poller.forget_thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
