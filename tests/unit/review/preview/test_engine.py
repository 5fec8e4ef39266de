"""How Pulumi is run and cancelled, with a stand-in for the `pulumi` command."""

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

BEGINNING = f"""#!{sys.executable} -IS
import json, os, pathlib, signal, sys, time
arguments = sys.argv[1:]
here = pathlib.Path(__file__).parent
log = sys.stdout
if "--event-log" in arguments:
    log = pathlib.Path(arguments[arguments.index("--event-log") + 1]).open("a")
def write(text):
    log.write(text)
    log.flush()
"""
# Ends as Pulumi does: what has begun is finished, the lock is given up.
WAITING = """
def interrupted(*_):
    write('{"interrupted": true}\\n')
    (here / "gave up its lock").touch()
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
    command.write_text(BEGINNING + program, encoding="utf-8")
    command.chmod(0o755)
    return Engine(Stacks.of(project), date(2026, 11, 25))


def nothing_is_left(project: Project) -> bool:
    return not list((project.directory / "tmp").iterdir())


def test_events_are_told_as_they_happen_and_pulumi_is_told_the_day(project: Project) -> None:
    seen: list[Any] = []
    program = """
write(json.dumps({"asked": arguments[:4], "day": os.environ["FLOW_MCP_AS_OF"]}) + '\\n')
while not (here / "seen").exists():
    time.sleep(0.01)
write('{"last": true}\\n')
sys.exit("error: it did not work")
"""

    def watch(event: Any) -> None:
        seen.append(event)
        (project.directory / "bin" / "seen").touch()

    run = engine(project, program).run("preview", stack="acme", watch=watch)

    asked = {"asked": ["--non-interactive", "preview", "--stack", "acme"], "day": "2026-11-25"}
    assert seen == [asked, {"last": True}] == list(run.events)
    assert (run.exit_code, run.said, run.command) == (
        1,
        "error: it did not work\n",
        "pulumi preview --stack acme",
    )
    assert nothing_is_left(project)


@pytest.mark.parametrize(
    ("written", "why"),
    [("MARKER\\n", "reported something that is not JSON"), ('{"a": "MARKER', "ended in the middle")],
)
def test_what_cannot_be_read_is_an_error_that_repeats_nothing(
    project: Project, written: str, why: str
) -> None:
    with pytest.raises(PreviewError, match=why) as raised:
        engine(project, f"write('{written}')").run("preview", stack="acme")

    assert "MARKER" not in str(raised.value)
    assert nothing_is_left(project)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_passed_on_once_and_pulumi_waited_for(
    project: Project, number: signal.Signals
) -> None:
    def watch(event: Any) -> None:
        if "begun" in event:
            os.kill(os.getpid(), number)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        engine(project, WAITING).run("up", stack="acme", watch=watch)

    assert (project.directory / "bin" / "gave up its lock").exists()
    assert nothing_is_left(project)
    assert signal.getsignal(signal.SIGTERM) is before


def test_whoever_watches_can_end_the_run(project: Project) -> None:
    def watch(event: Any) -> None:
        raise ValueError(event)

    with pytest.raises(ValueError, match="begun"):
        engine(project, WAITING).run("up", stack="acme", watch=watch)

    assert (project.directory / "bin" / "gave up its lock").exists()


def test_a_second_ctrl_c_does_not_wait_for_what_pulumi_has_begun(project: Project) -> None:
    stubborn = """
signal.signal(signal.SIGINT, lambda *_: write('{"asked to end": true}\\n') or (here / "asked").touch())
write('{"begun": true}\\n')
while True:
    time.sleep(0.01)
"""
    monkey = pytest.MonkeyPatch()
    monkey.setattr("flow_mcp.review.preview.engine._PATIENCE_SECONDS", 0.2)
    asked = project.directory / "bin" / "asked"

    def again() -> None:
        while not asked.exists():
            pass
        os.kill(os.getpid(), signal.SIGINT)

    second = threading.Thread(target=again)

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
    assert nothing_is_left(project)


def test_an_analysis_reports_on_standard_output(project: Project) -> None:
    file = project.directory / "state.json"
    run = engine(project, """write(json.dumps({"asked": arguments}) + '\\n')""").analyze(file)

    asked = ["--non-interactive", "policy", "analyze", "--file", str(file), "--json", "--policy-pack"]
    assert run.events == ({"asked": [*asked, str(project.policies)]},)
    assert run.command == "pulumi policy analyze"


def test_a_run_in_another_thread_is_interrupted_as_by_a_ctrl_c(project: Project) -> None:
    made = engine(project, WAITING)
    raised: list[type[BaseException]] = []

    def watch(event: Any) -> None:
        if "begun" in event:
            made.interruption.times += 1

    def run() -> None:
        try:
            made.run("up", stack="acme", watch=watch)
        except BaseException as error:
            raised.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=60)

    assert raised == [KeyboardInterrupt]
    assert (project.directory / "bin" / "gave up its lock").exists()
    assert nothing_is_left(project)


def test_a_second_interruption_ends_a_run_in_another_thread_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flow_mcp.review.preview.engine._PATIENCE_SECONDS", 0.2)
    stubborn = """
signal.signal(signal.SIGINT, lambda *_: (here / "asked").touch())
write('{"begun": true}\\n')
while True:
    time.sleep(0.01)
"""
    made = engine(project, stubborn)
    raised: list[type[BaseException]] = []

    def run() -> None:
        try:
            made.run("up", stack="acme", watch=lambda _: setattr(made.interruption, "times", 1))
        except BaseException as error:
            raised.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    while not (project.directory / "bin" / "asked").exists():
        assert thread.is_alive()
    made.interruption.times = 2
    thread.join(timeout=60)

    assert raised == [KeyboardInterrupt]
    assert nothing_is_left(project)
