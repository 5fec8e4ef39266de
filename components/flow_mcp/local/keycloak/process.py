"""Start and end processes by identity: process ID and start time.

The process ID alone is not enough, because the system assigns it again after the process ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_POLL_SECONDS = 0.1
_HAS_PROC = Path("/proc/self/stat").exists()


def identity(pid: int) -> str | None:
    """Return the identity of the process with this ID, which no other process with the ID has.

    Returns:
        The boot and the start time within it on Linux (proc_pid_stat(5), field 22), the start time
        on other systems; None if there is no such process.
    """
    return _look_up(pid)[1]


def runs(pid: int, started: str) -> bool:
    """Return whether the process with this `identity` still runs."""
    state, current = _look_up(pid)
    if current == started and state == "Z":
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # an ended child process exists until its exit code is read
    return current == started and state != "Z"


def _look_up(pid: int) -> tuple[str, str | None]:
    """Return the state letter and the identity of a process."""
    if _HAS_PROC:
        try:
            # The second field is the command in parentheses, which can contain spaces and parentheses.
            state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return "", None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return state, f"{boot}/{fields[18]}"
    answer = subprocess.run(
        ["/bin/ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = answer.stdout.strip().partition(" ")
    return state[:1], started.strip() or None


def spawn(command: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
    """Start a server in a new session, so that Ctrl-C in the terminal does not end it.

    Args:
        command: program (an absolute path) and its arguments.
        environment: the complete environment of the program.
        log: the file to which its output is appended.

    Returns:
        The process ID, which is also the ID of its process group.
    """
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        command[0],
        list(command),
        dict(environment),
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def end(pid: int, started: str, *, patience: float, report: Callable[[str], None]) -> bool:
    """End the process group of a server that `spawn` started, with SIGTERM and then SIGKILL.

    Args:
        pid: the result of `spawn`.
        started: its `identity` at that time; a process with another identity is not ended.
        patience: seconds between SIGTERM and SIGKILL.
        report: receives a message before SIGKILL.

    Returns:
        Whether it ended without SIGKILL, or did not run.
    """
    if _ends_within(0, pid, started):
        return True
    _signal(pid, signal.SIGTERM)
    if _ends_within(patience, pid, started):
        return True
    report(f"Process {pid} did not end within {patience:.0f} s of SIGTERM: ending it with SIGKILL")
    _signal(pid, signal.SIGKILL)
    _ends_within(patience, pid, started)
    return False


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
    """Run a program to its end; after an interruption, end all of its processes.

    Returns:
        The exit code.
    """
    with log.open("wb") as output:
        child = subprocess.Popen(
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return child.wait()
        finally:
            if child.returncode is None:
                _signal(child.pid, signal.SIGKILL)
                child.wait()


def _ends_within(seconds: float, pid: int, started: str) -> bool:
    deadline = time.monotonic() + seconds
    while runs(pid, started):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
