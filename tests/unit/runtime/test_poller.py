"""Tests of the poller."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from threading import Event, Semaphore

import pytest

from flow_mcp.runtime.poller import Poller


class Action:
    """An action that counts its runs and can fail."""

    def __init__(self) -> None:
        self.runs = Semaphore(0)
        self.error: Exception | None = None
        self.entered, self.may_end = Event(), Event()
        self.may_end.set()

    def __call__(self) -> None:
        self.runs.release()
        self.entered.set()
        assert self.may_end.wait(60)
        if self.error is not None:
            raise self.error

    def ran(self) -> bool:
        return self.runs.acquire(timeout=60)


@pytest.fixture
def action() -> Action:
    return Action()


@pytest.fixture
def poller(action: Action) -> Iterator[Poller]:
    poller = Poller(action, 0.001)
    yield poller
    poller.stop()


def test_the_action_is_repeated_after_the_first_call(poller: Poller, action: Action) -> None:
    assert not action.entered.is_set()
    poller.keep_running()
    assert all(action.ran() for _ in range(3))


def test_two_calls_start_one_thread(poller: Poller) -> None:
    poller.keep_running()
    first = poller._thread
    poller.keep_running()
    assert poller._thread is first


def test_an_error_is_logged_and_the_action_is_repeated(
    poller: Poller, action: Action, caplog: pytest.LogCaptureFixture
) -> None:
    action.error = ValueError("unexpected")
    poller.keep_running()
    assert all(action.ran() for _ in range(3))
    assert caplog.records[0].levelno == logging.ERROR
    assert (
        caplog.records[0].getMessage()
        == "Settings could not be read: unexpected error. Next attempt in 0.001 seconds."
    )


def test_stopping_waits_for_a_running_action(poller: Poller, action: Action) -> None:
    action.may_end.clear()
    poller.keep_running()
    assert action.entered.wait(10)
    thread = poller._thread
    assert thread is not None
    poller._stopped.set()
    assert thread.is_alive()
    action.may_end.set()
    poller.stop()
    assert not thread.is_alive()


def test_a_stopped_poller_does_not_start_again(poller: Poller, action: Action) -> None:
    poller.stop()
    poller.keep_running()
    assert poller._thread is None
    assert not action.entered.is_set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_the_poller_starts_again_in_a_forked_process() -> None:
    program = """
import os, threading
from flow_mcp.runtime.poller import Poller
ran = threading.Event()
poller = Poller(ran.set, 0.001)
poller.keep_running()
assert ran.wait(10)
child = os.fork()
if not child:
    ran.clear()
    poller.keep_running()
    os._exit(0 if ran.wait(10) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert answer.stdout == "0\n"
