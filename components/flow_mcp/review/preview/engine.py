"""Run Pulumi on a stack and follow the events of its engine.

The events come from `--event-log`, which Pulumi's Automation API uses too. The API itself is not used: it
only warns about events that it cannot read, its summary contains no result, it discards which policies ran,
and it selects the stack in the user's workspace.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Literal

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.fleet.locks import registered_process, update_key
from flow_mcp.engine.python_host.hosts import NO_HOST, Host, PythonHosts
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.policy.configuration import AS_OF
from flow_mcp.review.preview.errors import PreviewError

Event = Mapping[str, Any]
Watch = Callable[[Event], None]
_Events = Literal["logged", "printed", "none"]
"""Where a command of Pulumi writes its events: to a log, to standard output, or nowhere."""

_POLL_SECONDS = 0.1
_INTERRUPT_SECONDS = 10


@dataclass(frozen=True)
class Run:
    """A finished run of Pulumi.

    Attributes:
        command: the command, as messages show it.
        exit_code: Pulumi's exit code.
        events: all events of the engine, in their order.
        stderr: Pulumi's standard error, which contains the reason if the engine does not start.
    """

    command: str
    exit_code: int
    events: tuple[Event, ...]
    stderr: str


@dataclass(frozen=True)
class Engine:
    """Pulumi's engine for the stacks of a project.

    Attributes:
        stacks: the `pulumi` command and the project.
        as_of: the day for which the policy pack evaluates rules.
        interruption: stops runs in other threads than the main thread, which gets a KeyboardInterrupt.
        hosts: the language hosts for the Python programs; None lets Pulumi start its own.
    """

    stacks: Stacks
    as_of: date
    interruption: Interruption = field(default_factory=Interruption)
    hosts: PythonHosts | None = None

    @property
    def policy_pack(self) -> Path:
        """The directory of the project's policy pack."""
        return self.stacks.project.policies

    def run(
        self, *arguments: str, stack: str, watch: Watch = lambda _: None, with_policies: bool = True
    ) -> Run:
        """Run a command of Pulumi's engine on a stack, such as `preview` or `up`.

        A Ctrl-C, a SIGTERM or an exception in `watch` interrupts Pulumi once, so that it finishes what it has
        begun and releases its lock. A second Ctrl-C stops it at once.

        Args:
            arguments: the arguments after `pulumi`.
            stack: the stack's name.
            watch: called with each event soon after it happens.
            with_policies: False for `pulumi refresh` and `pulumi destroy`, which accept no policy pack.
        """
        policies = self._policy_arguments if with_policies else ()
        changes = arguments[0] != "preview" and "--preview-only" not in arguments
        update = update_key(self.stacks.project.directory, stack) if changes else ""
        command = f"pulumi {arguments[0]} --stack {stack}"
        return self._execute(
            command, (*arguments, "--stack", stack, *policies), watch, events="logged", update=update
        )

    def refresh_preview(self, stack: str, watch: Watch = lambda _: None) -> Run:
        """Run `pulumi refresh --preview-only`, which compares the state with the server."""
        command = ("refresh", "--preview-only", "--stack", stack)
        return self._execute(f"pulumi refresh --stack {stack}", command, watch, events="logged")

    def analyze(self, file: Path) -> Run:
        """Run `pulumi policy analyze` on an exported state with the policy pack."""
        command = ("policy", "analyze", "--file", str(file), "--json", *self._policy_arguments)
        return self._execute("pulumi policy analyze", command, lambda _: None, events="printed")

    def export(self, stack: str, file: Path) -> Run:
        """Run `pulumi stack export`; secrets are encrypted in the file."""
        command = ("stack", "export", "--stack", stack, "--file", str(file))
        return self._execute(f"pulumi stack export --stack {stack}", command, lambda _: None, events="none")

    def import_state(self, stack: str, file: Path) -> Run:
        """Run `pulumi stack import`, which takes the stack's lock."""
        command = ("stack", "import", "--stack", stack, "--file", str(file))
        update = update_key(self.stacks.project.directory, stack)
        return self._execute(
            f"pulumi stack import --stack {stack}", command, lambda _: None, events="none", update=update
        )

    def json_output(self, *arguments: str) -> Any:
        """Return the JSON output of a Pulumi command, or None if it fails; it is never written to a file."""
        completed = subprocess.run(
            [str(self.stacks.program), "--non-interactive", *arguments],
            cwd=self.stacks.project.directory,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        try:
            return json.loads(completed.stdout) if completed.returncode == 0 else None
        except ValueError:
            return None

    @property
    def _policy_arguments(self) -> tuple[str, str]:
        return "--policy-pack", str(self.policy_pack)

    def _execute(
        self,
        command: str,
        arguments: tuple[str, ...],
        watch: Watch,
        *,
        events: _Events,
        update: str = "",
    ) -> Run:
        """Run Pulumi.

        Args:
            command: the command, as messages show it.
            arguments: the arguments of `pulumi`.
            watch: called with each event.
            events: where Pulumi writes its events.
            update: the key of the update; empty if the command changes nothing.
        """
        # Only the user can read this directory, and it is deleted at the end of the run in every case.
        with TemporaryDirectory(prefix="flow-mcp-") as private:
            log, stderr = Path(private, "events.jsonl"), Path(private, "stderr")
            log.touch(0o600)
            with (
                log.open("rb") as event_log,
                (log if events == "printed" else Path(os.devnull)).open("ab") as output,
                stderr.open("wb") as errors,
                _sigterm_as_ctrl_c(),
                self._language_host(events) as host,
            ):
                process = subprocess.Popen(
                    [
                        *(str(self.stacks.program), "--non-interactive", *arguments),
                        *(("--event-log", str(log)) if events == "logged" else ()),
                    ],
                    cwd=self.stacks.project.directory,
                    env={**self.environment(), **host.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    start_new_session=True,  # otherwise a Ctrl-C in the terminal would reach Pulumi twice
                )
                host.serve(process.pid)
                received: list[Event] = []
                with registered_process(process, update):
                    try:
                        for event in _follow(process, event_log, command, self.interruption):
                            received.append(event)
                            watch(event)
                    except BaseException:
                        _cancel(process, self.interruption)
                        raise
            return Run(command, process.returncode, tuple(received), stderr.read_text("utf-8", "replace"))

    def _language_host(self, events: _Events) -> AbstractContextManager[Host]:
        """Return a block with a language host for one run; commands without events run no program."""
        if self.hosts is None or events == "none":
            return nullcontext(NO_HOST)
        return self.hosts.host(self.environment())

    def environment(self) -> dict[str, str]:
        """Return the environment of Pulumi and its programs."""
        path = f"{self.stacks.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {
            **os.environ,
            "PATH": path,  # Pulumi searches its plugins there
            "PULUMI_DEBUG_COMMANDS": "true",  # enables --event-log
            "PULUMI_ERROR_OUTPUT_STRING": "1",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            AS_OF: self.as_of.isoformat(),
        }


def _follow(
    process: subprocess.Popen[bytes], event_log: BinaryIO, command: str, interruption: Interruption
) -> Iterator[Event]:
    """Yield the events as they are written, until the process has ended and all events are read."""
    # Bytes: a read can end in the middle of a character.
    rest, exited = b"", False
    while not exited:
        if interruption.count:
            raise KeyboardInterrupt
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
            exited = True
        *lines, rest = (rest + event_log.read()).split(b"\n")
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                # The line could contain a secret, so the message does not repeat it.
                raise PreviewError(f"`{command}` reported an event that is not JSON") from None
    if rest:
        raise PreviewError(f"`{command}` ended in the middle of an event")


def _cancel(process: subprocess.Popen[bytes], interruption: Interruption) -> None:
    for timeout in (None, _INTERRUPT_SECONDS):
        with suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            process.send_signal(signal.SIGINT)
            if timeout is None:
                _wait(process, interruption)
            process.wait(timeout)
            return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(process: subprocess.Popen[bytes], interruption: Interruption) -> None:
    """Wait until the process has exited, or until a second interruption."""
    while process.poll() is None:
        if interruption.count > 1:
            raise KeyboardInterrupt
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """Handle SIGTERM as a Ctrl-C: pipelines cancel with SIGTERM, which would leave Pulumi running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
