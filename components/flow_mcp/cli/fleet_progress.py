"""Show the progress of a run over tenants on standard error, and its events as JSON on standard output."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
from rich.progress import TaskID

from flow_mcp.cli.fleet_summary import duration, event_json, result_line
from flow_mcp.common.counted import counted
from flow_mcp.common.interruption import Interruption
from flow_mcp.common.progress import LiveProgress
from flow_mcp.common.safe_text import terminal
from flow_mcp.review.fleet.result import FAILURES, Event

_Answer = TypeVar("_Answer")

FINISHING = "Finishing running steps; press Ctrl-C again to stop them at once"
"""What is shown after the first Ctrl-C."""


class FleetProgress(LiveProgress):
    """Shows the progress of a run.

    A terminal shows one line for each running tenant and one for all. Otherwise there is one line for each
    tenant that ended, and every 15 seconds a line with the running tenants.

    Args:
        interruption: counts a Ctrl-C during a question.
        as_json: whether events are printed to standard output, one JSON object per line.
    """

    def __init__(self, interruption: Interruption, *, as_json: bool) -> None:
        self._interruption, self._as_json = interruption, as_json
        super().__init__()
        self._lock = threading.RLock()
        self._running: dict[str, tuple[float, str, TaskID]] = {}
        self._all: TaskID | None = None
        self._phase, self._total, self._done, self._failed, self._began = "", 0, 0, 0, time.monotonic()

    def __call__(self, event: Event) -> None:
        """Show an event; can be called from any thread."""
        with self._lock:
            if self._as_json and event.kind != "detail":
                click.echo(json.dumps(event_json(event)))
            handlers = {
                "phase": self._on_phase,
                "started": self._on_started,
                "detail": self._on_detail,
                "ended": self._on_ended,
            }
            handlers[event.kind](event)

    def ask(self, question: Callable[[], _Answer], default: _Answer) -> _Answer:
        """Ask a question while the progress is hidden; a Ctrl-C returns `default` and ends the run."""
        with self._paused():
            try:
                return question()
            except (KeyboardInterrupt, click.Abort):
                self._interruption.count += 1
                return default

    @contextmanager
    def _paused(self) -> Iterator[None]:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self._live.stop()
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            if self._console.is_terminal:
                self._live.start()

    def _on_phase(self, event: Event) -> None:
        self._phase, self._total, self._done, self._failed = event.text, event.total, 0, 0
        self._began = time.monotonic()
        if self._all is not None:
            self._live.remove_task(self._all)
        self._all = self._live.add_task(self._overall(), total=None)

    def _on_started(self, event: Event) -> None:
        shown = f"  {terminal(event.stack)}: {event.text}"
        self._running[event.stack] = (time.monotonic(), shown, self._live.add_task(shown, total=None))

    def _on_detail(self, event: Event) -> None:
        if running := self._running.get(event.stack):
            _, shown, task = running
            self._live.update(task, description=f"{shown}: {terminal(event.text)}")

    def _on_ended(self, event: Event) -> None:
        result = event.result
        if running := self._running.pop(event.stack, None):
            self._live.remove_task(running[2])
            self._done += 1
        self._failed += result is not None and result.status in FAILURES
        if self._all is not None:
            self._live.update(self._all, description=self._overall())
        if result and not self._console.is_terminal:
            place = f"[{self._done} of {self._total}] " if running else ""
            self._print(f"{place}{terminal(event.stack)}: {result_line(result)}{self._remaining()}")

    def _overall(self) -> str:
        if not self._total:
            return self._phase
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._phase}: {self._done} of {counted(self._total, 'tenant')}{failed}{self._remaining()}"

    def _remaining(self) -> str:
        if not self._done or self._done >= self._total:
            return ""
        seconds = (time.monotonic() - self._began) / self._done * (self._total - self._done)
        return f"; about {duration(seconds)} left"

    def notice(self) -> str:
        return FINISHING if self._interruption.count else ""

    def _heartbeat(self) -> None:
        with self._lock:
            running = [
                f"{terminal(stack)} for {duration(time.monotonic() - began)}"
                for stack, (began, _, _) in self._running.items()
            ]
            if running:
                self._print(f"{self._overall()}; running: {', '.join(running)}")
