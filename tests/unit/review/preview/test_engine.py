"""Running and cancelling Pulumi, with a stand-in for the `pulumi` command."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError

PREAMBLE = f"""#!{sys.executable} -IS
import json, os, pathlib, signal, sys, time
arguments = sys.argv[1:]
directory = pathlib.Path(__file__).parent
log = sys.stdout
if "--event-log" in arguments:
    log = pathlib.Path(arguments[arguments.index("--event-log") + 1]).open("a")
def write(text):
    log.write(text)
    log.flush()
"""
# Ends as Pulumi does after an interrupt: it releases its lock.
WAITING = """
def interrupted(*_):
    write('{"interrupted": true}\\n')
    (directory / "lock released").touch()
    sys.exit(1)
signal.signal(signal.SIGINT, interrupted)
write('{"begun": true}\\n')
while True:
    time.sleep(0.01)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "bin").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return Project(tmp_path)


def engine(project: Project, program: str) -> Engine:
    command = project.directory / "bin" / "pulumi"
    command.write_text(PREAMBLE + program, encoding="utf-8")
    command.chmod(0o755)
    return Engine(Stacks.of(project), date(2026, 11, 25))


def no_files_are_left(project: Project) -> bool:
    return not list((project.directory / "tmp").iterdir())


def test_events_are_passed_on_as_they_happen_and_pulumi_receives_the_day(project: Project) -> None:
    received: list[Any] = []
    program = """
write(json.dumps({"arguments": arguments[:4], "day": os.environ["FLOW_MCP_AS_OF"]}) + '\\n')
while not (directory / "received").exists():
    time.sleep(0.01)
write('{"last": true}\\n')
sys.exit("error: it did not work")
"""

    def watch(event: Any) -> None:
        received.append(event)
        (project.directory / "bin" / "received").touch()

    run = engine(project, program).run("preview", stack="acme", watch=watch)

    command = {"arguments": ["--non-interactive", "preview", "--stack", "acme"], "day": "2026-11-25"}
    assert received == [command, {"last": True}] == list(run.events)
    assert (run.exit_code, run.stderr, run.command) == (
        1,
        "error: it did not work\n",
        "pulumi preview --stack acme",
    )
    assert no_files_are_left(project)


def test_an_event_that_is_read_in_the_middle_of_a_character_is_passed_on_when_it_is_complete(
    project: Project,
) -> None:
    program = r"""
log.buffer.write(b'{"first": true}\n{"name": "J\xc3')
log.buffer.flush()
while not (directory / "received").exists():
    time.sleep(0.01)
log.buffer.write(b'\xbcrgen"}\n')
log.buffer.flush()
"""
    run = engine(project, program).run(
        "preview", stack="acme", watch=lambda _: (project.directory / "bin" / "received").touch()
    )
    assert run.events == ({"first": True}, {"name": "Jürgen"})


@pytest.mark.parametrize(
    ("output", "message"),
    [("MARKER\\n", "reported an event that is not JSON"), ('{"a": "MARKER', "ended in the middle")],
)
def test_unreadable_events_are_an_error_that_does_not_repeat_them(
    project: Project, output: str, message: str
) -> None:
    with pytest.raises(PreviewError, match=message) as raised:
        engine(project, f"write('{output}')").run("preview", stack="acme")

    assert "MARKER" not in str(raised.value)
    assert no_files_are_left(project)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_passed_on_once_and_the_end_of_pulumi_awaited(
    project: Project, number: signal.Signals
) -> None:
    def watch(event: Any) -> None:
        if "begun" in event:
            os.kill(os.getpid(), number)

    previous = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        engine(project, WAITING).run("up", stack="acme", watch=watch)

    assert (project.directory / "bin" / "lock released").exists()
    assert no_files_are_left(project)
    assert signal.getsignal(signal.SIGTERM) is previous


def test_an_exception_of_the_watcher_ends_the_run(project: Project) -> None:
    def watch(event: Any) -> None:
        raise ValueError(event)

    with pytest.raises(ValueError, match="begun"):
        engine(project, WAITING).run("up", stack="acme", watch=watch)

    assert (project.directory / "bin" / "lock released").exists()


def test_a_second_ctrl_c_stops_pulumi_at_once(project: Project) -> None:
    stubborn = """
def interrupted(*_):
    write('{"interrupted": true}\\n')
    (directory / "interrupted").touch()
signal.signal(signal.SIGINT, interrupted)
write('{"begun": true}\\n')
while True:
    time.sleep(0.01)
"""
    monkey = pytest.MonkeyPatch()
    monkey.setattr("flow_mcp.review.preview.engine._INTERRUPT_SECONDS", 0.2)
    interrupted = project.directory / "bin" / "interrupted"

    def interrupt_again() -> None:
        while not interrupted.exists():
            pass
        os.kill(os.getpid(), signal.SIGINT)

    second = threading.Thread(target=interrupt_again)

    def watch(event: Any) -> None:
        if "begun" in event:
            second.start()
            os.kill(os.getpid(), signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            engine(project, stubborn).run("up", stack="acme", watch=watch)
    finally:
        second.join()
        monkey.undo()
    assert no_files_are_left(project)


def test_an_analysis_reports_on_standard_output(project: Project) -> None:
    file = project.directory / "state.json"
    run = engine(project, """write(json.dumps({"arguments": arguments}) + '\\n')""").analyze(file)

    arguments = ["--non-interactive", "policy", "analyze", "--file", str(file), "--json", "--policy-pack"]
    assert run.events == ({"arguments": [*arguments, str(project.policies)]},)
    assert run.command == "pulumi policy analyze"


def test_a_run_in_another_thread_is_interrupted_as_by_a_ctrl_c(project: Project) -> None:
    pulumi = engine(project, WAITING)
    raised: list[type[BaseException]] = []

    def watch(event: Any) -> None:
        if "begun" in event:
            pulumi.interruption.count += 1

    def run() -> None:
        try:
            pulumi.run("up", stack="acme", watch=watch)
        except BaseException as error:
            raised.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=60)

    assert raised == [KeyboardInterrupt]
    assert (project.directory / "bin" / "lock released").exists()
    assert no_files_are_left(project)


def test_a_second_interruption_ends_a_run_in_another_thread_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flow_mcp.review.preview.engine._INTERRUPT_SECONDS", 0.2)
    stubborn = """
signal.signal(signal.SIGINT, lambda *_: (directory / "interrupted").touch())
write('{"begun": true}\\n')
while True:
    time.sleep(0.01)
"""
    pulumi = engine(project, stubborn)
    raised: list[type[BaseException]] = []

    def run() -> None:
        try:
            pulumi.run("up", stack="acme", watch=lambda _: setattr(pulumi.interruption, "count", 1))
        except BaseException as error:
            raised.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    while not (project.directory / "bin" / "interrupted").exists():
        assert thread.is_alive()
    pulumi.interruption.count = 2
    thread.join(timeout=60)

    assert raised == [KeyboardInterrupt]
    assert no_files_are_left(project)
