"""Pass a Ctrl-C or a SIGTERM on to threads that wait for programs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Interruption:
    """The number of interrupts by the user: the first lets running work finish, the second stops it."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def handling_signals(self, on_signal: Callable[[int], None] = lambda _: None) -> Iterator[None]:
        """Count each SIGINT and SIGTERM in this block; use it in the main thread.

        Args:
            on_signal: called in the main thread with the number of signals so far.
        """

        def handle(*_: Any) -> None:
            self.count += 1
            on_signal(self.count)

        previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
