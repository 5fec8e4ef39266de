"""Holders of stack locks, and the processes of Pulumi that this user started on this machine.

The file, S3, Azure, GCS and PostgreSQL backends of Pulumi lock a stack with a file that names the process. A
killed process leaves its lock behind. A host name and a process ID do not prove that a process has exited:
containers can share the host name, and each has its own process IDs. Therefore each process of Pulumi that is
started here is registered in the user's cache directory, and only locks of those processes are removed.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_RETENTION_SECONDS = 30 * 24 * 3600
# https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go: checkForLock
_LOCKED = "the stack is currently locked by"
_HOLDER = re.compile(r": created by (.+)@(\S+) \(pid (\d+)\) at (\S+)")


class Process(Protocol):
    """A started process, such as `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """Return the exit code; None while the process runs."""


@dataclass(frozen=True)
class Holder:
    """A process that holds a lock.

    Attributes:
        user: the name of its user.
        host: the host name of its machine.
        pid: its process ID on that machine.
        since: the time at which it took the lock, RFC 3339.
    """

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (process {self.pid}, since {self.since})"

    @property
    def is_ours(self) -> bool:
        """Whether a flow-mcp of this user started the process on this machine and did not see it succeed."""
        return self.host == socket.gethostname() and _is_registered(self.pid)

    @property
    def is_running(self) -> bool:
        """Whether the process runs; only for a holder of this machine."""
        return _runs_pulumi(self.pid)

    @property
    def has_exited(self) -> bool:
        """Whether the process is ours and certainly no longer runs."""
        return self.is_ours and not self.is_running


def is_locked(text: str) -> bool:
    """Return whether a message of Pulumi reports a locked stack."""
    return _LOCKED in text


def holders(text: str) -> tuple[Holder, ...]:
    """Return the holders of the locks that a message of Pulumi reports; empty if it reports none."""
    if not is_locked(text):
        return ()
    return tuple(Holder(user, host, int(pid), since) for user, host, pid, since in _HOLDER.findall(text))


def have_all_exited(locks: Sequence[Holder]) -> bool:
    """Return whether all of these holders have certainly exited; False without holders."""
    return bool(locks) and all(holder.has_exited for holder in locks)


@contextmanager
def registered_process(process: Process, update: str = "") -> Iterator[None]:
    """Register a process of Pulumi until it has succeeded.

    A process that failed stays registered, because it may have left its lock behind: it was killed, or could
    not reach the backend. So does one that outlives this process. If the cache directory is not writable, the
    process is not registered, and its lock is never removed.

    Args:
        process: the process.
        update: the key from `update_key` if the process updates a tenant.
    """
    entry = _directory() / str(process.pid)
    with suppress(OSError):
        _register(entry, update)
    try:
        yield
    finally:
        code = process.poll()
        with suppress(OSError):
            if code == 0:
                entry.unlink()
            elif code is not None and code > 0:
                _register(entry, "")  # Pulumi has ended its update itself


def update_key(project: Path, stack: str) -> str:
    """Return the key under which an update of a tenant is registered.

    Args:
        project: the project's directory.
        stack: the stack's name.
    """
    return f"{project.resolve()}: {stack}"


def running_updates(keys: Collection[str]) -> dict[str, int]:
    """Return the process IDs of those updates that still run on this machine, by key.

    They were started by this process, or by a flow-mcp that was killed.
    """
    return {key: pid for key, pid, _ in _registered(keys) if _runs_pulumi(pid)}


def left_updates(keys: Collection[str]) -> frozenset[str]:
    """Return the keys of those updates of this machine that were killed; they may have left their locks."""
    return frozenset(key for key, pid, _ in _registered(keys) if not _runs_pulumi(pid))


def forget_updates(key: str) -> None:
    """Forget the updates of a tenant that have ended; call it after a command that has taken its lock."""
    for _, pid, entry in _registered({key}):
        if not _runs_pulumi(pid):
            with suppress(OSError):
                entry.unlink()


def _registered(keys: Collection[str]) -> Iterator[tuple[str, int, Path]]:
    """Yield the key, the process ID and the entry of each registered update of this machine."""
    with suppress(OSError):
        for file in _directory().iterdir():
            with suppress(OSError, ValueError):
                machine, _, key = file.read_text(encoding="utf-8").rpartition("\n")
                if machine == _machine() and key in keys:
                    yield key, int(file.name), file


def _register(entry: Path, update: str) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    for file in entry.parent.iterdir():
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _RETENTION_SECONDS:
                file.unlink()
    entry.write_text(f"{_machine()}\n{update}", encoding="utf-8")


def _is_registered(pid: int) -> bool:
    try:
        return (_directory() / str(pid)).read_text(encoding="utf-8").rpartition("\n")[0] == _machine()
    except OSError:
        return False


def _directory() -> Path:
    """Return `$XDG_CACHE_HOME/flow-mcp/updates`, or else the same directory below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "flow-mcp" / "updates"


def _machine() -> str:
    """Return an identifier of this machine since its start, and of its container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return "\n".join(parts)


def _runs_pulumi(pid: int) -> bool:
    """Return whether a process exists, and on Linux whether it is Pulumi: process IDs are reused."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").startswith("pulumi")
    except OSError:
        pass
    if Path("/proc/self/comm").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
