"""Processes that were forked with all modules imported, and wait for the Python program that they run."""

from __future__ import annotations

import io
import json
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

_FIRST_DESCRIPTOR = 3


@dataclass(frozen=True)
class Program:
    """A Python program and the surroundings in which it runs.

    Attributes:
        path: its file or directory; empty if `module` names it.
        module: the module that runs as a program; empty if `path` names it.
        arguments: its arguments.
        directory: its working directory.
        environment: all its environment variables.
    """

    path: str
    module: str
    arguments: Sequence[str]
    directory: str
    environment: Mapping[str, str]

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments of a Python interpreter that runs the program."""
        named = ("-m", self.module) if self.module else (self.path,)
        return ("-u", *named, *self.arguments)


class Child:
    """A forked process, with the methods of `subprocess.Popen` that its users need.

    Attributes:
        pid: its process ID.
        stdout: the reading end of its standard output.
        stderr: the reading end of its standard error.
    """

    def __init__(self, pid: int, start: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdout: BinaryIO = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: BinaryIO = os.fdopen(stderr, "rb", buffering=0)
        self._start = start
        self._lock = threading.Lock()
        self._exit_code: int | None = None

    def close(self) -> None:
        """Close the pipes of the process; it ends if it has no program yet."""
        os.close(self._start)
        self.stdout.close()
        self.stderr.close()

    def start(self, program: Program) -> None:
        """Run a program. The process exits when this process exits, because the pipe then ends."""
        os.write(self._start, json.dumps(asdict(program)).encode() + b"\n")

    def wait(self) -> int:
        """Wait for the end; return the exit code, or the negative number of the signal that ended it."""
        with self._lock:
            if self._exit_code is None:
                _, status = os.waitpid(self.pid, 0)
                self._exit_code = os.waitstatus_to_exitcode(status)
            return self._exit_code

    def terminate(self) -> None:
        """End the process with SIGTERM; without effect if it has ended."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process with SIGKILL; without effect if it has ended."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._exit_code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def fork() -> Child | None:
    """Fork this process, which must have a single thread.

    Returns:
        In this process, the new process, which waits for its program. In the new process None: it closes all
        files that it knows, and then calls `run_when_told`.
    """
    start, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
    if pid := os.fork():
        for descriptor in (start[0], stdout[1], stderr[1]):
            os.close(descriptor)
        return Child(pid, start[1], stdout[0], stderr[0])
    for number, descriptor in enumerate((start[0], stdout[1], stderr[1])):
        os.dup2(descriptor, number)
        os.close(descriptor)
    for descriptor in (start[1], stdout[0], stderr[0]):
        os.close(descriptor)
    return None


def run_when_told() -> int:
    """Wait for a program and run it; return its exit code. Without a program, the code is 0.

    No object of this process may refer to an open file: when it is deleted after the program, it would close
    the file with the same number that the program has opened.
    """
    _close_files()
    # The read is not buffered, so that the thread below sees the end of the pipe.
    message = b""
    while not message.endswith(b"\n"):
        received = os.read(0, 65536)
        if not received:
            return 0
        message += received
    start = os.dup(0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_exit_with_parent, args=(start,), daemon=True).start()
    program = Program(**json.loads(message))
    os.environ.clear()
    os.environ.update(program.environment)
    os.chdir(program.directory)
    # As `python -u`: the engine waits for the first line of a plugin.
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(os.fdopen(number, "wb", buffering=0), write_through=True) for number in (1, 2)
    )
    return _run(program)


def _close_files() -> None:
    """Close all files but the standard ones. Closing all possible numbers can take minutes in a container."""
    for number in [int(file.name) for file in Path("/proc/self/fd").iterdir()]:
        if number >= _FIRST_DESCRIPTOR:
            with suppress(OSError):  # the directory itself
                os.close(number)


def _exit_with_parent(start: int) -> None:
    while os.read(start, 1):
        pass
    os._exit(1)


def _run(program: Program) -> int:
    try:
        if program.module:
            sys.argv = [program.module, *program.arguments]
            runpy.run_module(program.module, run_name="__main__", alter_sys=True)
        else:
            sys.argv = [program.path, *program.arguments]
            runpy.run_path(program.path, run_name="__main__")
    except SystemExit as exit_:
        return _exit_code(exit_.code)
    except BaseException as error:
        # Without this frame and those of runpy.
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename in {__file__, runpy.__file__, "<frozen runpy>"}:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        return 1
    return 0


def _exit_code(code: object) -> int:
    """Return the exit code of `sys.exit(code)`, as the interpreter computes it."""
    if code is None or isinstance(code, int):
        return int(code or 0)
    sys.stderr.write(f"{code}\n")
    return 1
