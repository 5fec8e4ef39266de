"""How long the steps of a command took, for `flow-mcp --verbose`.

A step's text names what the command does, such as `Comparing 3 tenants with the last run`. Commands put no
values from configurations, states or servers' answers into it, so the timings contain no secret.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import ClassVar, Self


class Timings:
    """Prints durations on standard error while it is entered."""

    current: ClassVar[Timings | None] = None
    """The timings to which steps report; None without `--verbose`."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        Timings.current = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Timings.current = None

    def step(self, step: str, seconds: float) -> None:
        """Print the duration of a step that ended."""
        print(f"{step}: {seconds:.1f} s", file=sys.stderr, flush=True)  # noqa: T201 standard error

    def total(self, command: str) -> None:
        """Print the duration since the start of the command."""
        self.step(command, time.monotonic() - self._began)
