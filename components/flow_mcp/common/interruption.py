"""A Ctrl-C or a SIGTERM as something to ask for, where several threads wait for programs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Interruption:
    """How often the user has asked to stop: once lets what is under way finish, twice ends it."""

    def __init__(self) -> None:
        self.times = 0

    @contextmanager
    def listening(self, told: Callable[[int], None] = lambda _: None) -> Iterator[None]:
        """Count each SIGINT and SIGTERM in this block; call it in the main thread.

        Args:
            told: is told the number of each, in the main thread.
        """

        def count(*_: Any) -> None:
            self.times += 1
            told(self.times)

        before = {number: signal.signal(number, count) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
