"""Show progress on standard error: the current step and its duration."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from flow_mcp.common.timings import Timings

_HEARTBEAT_SECONDS = 15


class _Live(Progress):
    """Lines with running clocks, and below them a notice that can appear at any time."""

    def __init__(self, notice: Callable[[], str], console: Console) -> None:
        self._notice = notice
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        super().__init__(*columns, console=console, transient=True)

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        if notice := self._notice():
            yield Text(notice)


class LiveProgress:
    """Base class for progress on standard error, live in a terminal.

    Elsewhere, a thread calls `_heartbeat` every 15 seconds. A subclass prints a line there, so that a log
    shows that the process is alive.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._live = _Live(self.notice, self._console)
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        else:
            threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._console.is_terminal:
            self._live.stop()

    def _beat(self) -> None:
        while not self._ended.wait(_HEARTBEAT_SECONDS):
            self._heartbeat()

    def _heartbeat(self) -> None:
        raise NotImplementedError

    def notice(self) -> str:
        """Return what a terminal shows below the running steps; read at each refresh."""
        return ""

    def _print(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 this is the module that prints


class Steps(LiveProgress):
    """Shows the current step until the next one starts or the block ends.

    In a terminal, the step is a line with a running clock. Elsewhere, each step is a line, repeated with its
    duration. Call `detail` whenever the progress within the step changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._step = ("", 0.0)
        self._detail = ""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._report()

    def __call__(self, step: str) -> None:
        self._report()
        self._step, self._detail = (step, time.monotonic()), ""
        if self._console.is_terminal:
            for task in self._live.task_ids:
                self._live.remove_task(task)
            self._live.add_task(step, total=None)
        else:
            self._print(step)

    def detail(self, detail: str) -> None:
        self._detail = detail
        for task in self._live.task_ids:
            self._live.update(task, description=f"{self._step[0]}: {detail}")

    def _report(self) -> None:
        """Report the current step, which ends, to `--verbose`."""
        step, began = self._step
        if step and Timings.current:
            Timings.current.step(step, time.monotonic() - began)

    def _heartbeat(self) -> None:
        step, began = self._step
        if step:
            self._print(": ".join([step, *filter(None, [self._detail]), f"{time.monotonic() - began:.0f} s"]))
