"""`report --live` reads the stacks several at a time, with the events of runs over tenants."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet.result import Event
from flow_mcp.review.report import backend
from flow_mcp.review.report.backend import NOT_ASKED

STACKS = Stacks(Project(Path()), Path("pulumi"))


def test_several_stacks_are_read_at_the_same_time_with_events(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=30)

    def read_stack(_: Any, __: str) -> backend.Backend:
        both.wait()
        return NOT_ASKED

    monkeypatch.setattr(backend, "_read_stack", read_stack)
    events: list[Event] = []
    result = backend.read(STACKS, ("a", "b"), 2, events.append, Interruption())
    assert result == {"a": NOT_ASKED, "b": NOT_ASKED}
    assert events[0] == Event("phase", "read", total=2)
    assert sorted((event.kind, event.stack) for event in events[1:]) == [
        *(("ended", "a"), ("ended", "b"), ("started", "a"), ("started", "b"))
    ]


def test_an_interrupted_run_reads_no_further_stack_and_gives_no_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interruption, stacks_read = Interruption(), []

    def read_stack(_: Any, name: str) -> backend.Backend:
        stacks_read.append(name)
        interruption.count += 1
        return NOT_ASKED

    monkeypatch.setattr(backend, "_read_stack", read_stack)
    with pytest.raises(KeyboardInterrupt):
        backend.read(STACKS, ("a", "b"), 1, lambda _: None, interruption)
    assert stacks_read == ["a"]
