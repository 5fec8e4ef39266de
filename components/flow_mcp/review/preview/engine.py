"""Runs Pulumi on a stack and follows the events that its engine reports.

The events come from `--event-log`, which Pulumi's Automation API uses too. That API is not used: an event
that it cannot read is a warning there, its summary has no result, it drops which policies were asked, and
it selects the stack in the user's workspace.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.fleet.locks import remembered, update_of
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.policy.configuration import AS_OF
from flow_mcp.review.preview.errors import PreviewError

Event = Mapping[str, Any]
Watch = Callable[[Event], None]

_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Run:
    """What a run of Pulumi ended with.

    Attributes:
        command: what was run, for messages.
        exit_code: Pulumi's.
        events: everything that the engine reported, in its order.
        said: what Pulumi wrote to standard error, where it says what keeps the engine from starting.
    """

    command: str
    exit_code: int
    events: tuple[Event, ...]
    said: str


@dataclass(frozen=True)
class Engine:
    """Pulumi's engine for the stacks of a project.

    Attributes:
        stacks: the `pulumi` command and the project.
        as_of: the day that the policy pack judges by.
        interruption: asks runs in other threads than the main one to stop, as a Ctrl-C does in that one.
    """

    stacks: Stacks
    as_of: date
    interruption: Interruption = field(default_factory=Interruption)

    @property
    def policy_pack(self) -> Path:
        """The project's policy pack."""
        return self.stacks.project.policies

    def run(self, *arguments: str, stack: str, watch: Watch = lambda _: None, judged: bool = True) -> Run:
        """Run `pulumi preview` or `pulumi up` on a stack, with the policy pack.

        A Ctrl-C, a SIGTERM or an error of `watch` cancels the run as Pulumi wants it to be: once, so that it
        finishes what it has begun and gives up its lock. A second Ctrl-C ends it at once.

        Args:
            arguments: what follows `pulumi`.
            stack: the stack's name.
            watch: is told each event soon after it happened.
            judged: False for `pulumi refresh` and `pulumi destroy`, which take no policy pack.
        """
        command = (*arguments, "--stack", stack, *(self._judged if judged else ()))
        changes = arguments[0] != "preview" and "--preview-only" not in arguments
        update = update_of(self.stacks.project.directory, stack) if changes else ""
        shown = f"pulumi {arguments[0]} --stack {stack}"
        return self._execute(shown, command, watch, logged=True, update=update)

    def analyze(self, file: Path) -> Run:
        """Run `pulumi policy analyze` on an exported state, with the policy pack; it prints events too."""
        command = ("policy", "analyze", "--file", str(file), "--json", *self._judged)
        return self._execute("pulumi policy analyze", command, lambda _: None, logged=False)

    def export(self, stack: str, file: Path) -> Run:
        """Run `pulumi stack export`: its secrets are encrypted in the file."""
        command = ("stack", "export", "--stack", stack, "--file", str(file))
        return self._execute(f"pulumi stack export --stack {stack}", command, lambda _: None, logged=False)

    def told(self, *arguments: str) -> Any:
        """What a command of Pulumi's prints as JSON; None where it fails. It goes into no file."""
        ended = subprocess.run(
            [str(self.stacks.program), "--non-interactive", *arguments],
            cwd=self.stacks.project.directory,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        try:
            return json.loads(ended.stdout) if ended.returncode == 0 else None
        except ValueError:
            return None

    @property
    def _judged(self) -> tuple[str, str]:
        return "--policy-pack", str(self.policy_pack)

    def _execute(
        self, shown: str, arguments: tuple[str, ...], watch: Watch, *, logged: bool, update: str = ""
    ) -> Run:
        # The directory is the user's alone, and gone when the run is over, however that was.
        with TemporaryDirectory(prefix="flow-mcp-") as private:
            log, said = Path(private, "events.jsonl"), Path(private, "stderr")
            log.touch(0o600)
            with (
                log.open(encoding="utf-8") as reported,
                (Path(os.devnull) if logged else log).open("ab") as output,
                said.open("wb") as errors,
                _sigterm_as_ctrl_c(),
            ):
                process = subprocess.Popen(
                    [
                        *(str(self.stacks.program), "--non-interactive", *arguments),
                        *(("--event-log", str(log)) if logged else ()),
                    ],
                    cwd=self.stacks.project.directory,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    start_new_session=True,  # a Ctrl-C in the terminal would reach Pulumi besides ours: twice
                )
                events: list[Event] = []
                with remembered(process.pid, update):
                    try:
                        for event in _follow(process, reported, shown, self.interruption):
                            events.append(event)
                            watch(event)
                    except BaseException:
                        _cancel(process, self.interruption)
                        raise
            return Run(shown, process.returncode, tuple(events), said.read_text("utf-8", "replace"))

    def _environment(self) -> dict[str, str]:
        path = f"{self.stacks.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {
            **os.environ,
            "PATH": path,  # Pulumi looks for its plugins there
            "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known
            "PULUMI_ERROR_OUTPUT_STRING": "1",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            AS_OF: self.as_of.isoformat(),
        }


def _follow(
    process: subprocess.Popen[bytes], reported: Any, shown: str, interruption: Interruption
) -> Iterator[Event]:
    """The events as they are written, until the process has ended and all of them are read."""
    rest, ended = "", False
    while not ended:
        if interruption.times:
            raise KeyboardInterrupt
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
            ended = True
        *lines, rest = (rest + reported.read()).split("\n")
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                # What it says could be a secret: it is not repeated.
                raise PreviewError(f"`{shown}` reported something that is not JSON") from None
    if rest:
        raise PreviewError(f"`{shown}` ended in the middle of what it reported")


def _cancel(process: subprocess.Popen[bytes], interruption: Interruption) -> None:
    for patience in (None, _PATIENCE_SECONDS):
        with suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            process.send_signal(signal.SIGINT)
            if patience is None:
                _wait(process, interruption)
            process.wait(patience)
            return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(process: subprocess.Popen[bytes], interruption: Interruption) -> None:
    """Wait for the end of a process, until the user asks a second time."""
    while process.poll() is None:
        if interruption.times > 1:
            raise KeyboardInterrupt
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """Pipelines cancel with SIGTERM, which would leave Pulumi running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
