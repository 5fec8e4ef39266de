"""Who holds the lock of a stack, and whether that process is still there.

The file, S3, Azure, GCS and PostgreSQL backends of Pulumi lock a stack with a file that names the process. A
process that was killed leaves it behind. The name of a machine and a number are no proof that a process is
gone: containers may share the name, and each has numbers of its own. So each process of Pulumi that is
started here is remembered in the user's cache directory, and only locks of those are ever removed.
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

# https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go: checkForLock
_KEPT_SECONDS = 30 * 24 * 3600
_LOCKED = "the stack is currently locked by"
_HOLDER = re.compile(r": created by (.+)@(\S+) \(pid (\d+)\) at (\S+)")


@dataclass(frozen=True)
class Holder:
    """A process that holds a lock.

    Attributes:
        user: its user's name.
        host: its machine's name.
        pid: its number there.
        since: when it took the lock, RFC 3339.
    """

    user: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (process {self.pid}, since {self.since})"

    @property
    def ours(self) -> bool:
        """Whether a flow-mcp of this user has started it on this machine, and has not seen its end."""
        return self.host == socket.gethostname() and _is_ours(self.pid)

    @property
    def gone(self) -> bool:
        """Whether it is ours and does not run any more; what is not certain is not so."""
        return self.ours and not _runs_pulumi(self.pid)


def locked(text: str) -> bool:
    """Whether Pulumi says that a stack is locked."""
    return _LOCKED in text


def holders(text: str) -> tuple[Holder, ...]:
    """The holders of the locks that Pulumi complains of; none where it does not."""
    if not locked(text):
        return ()
    return tuple(Holder(user, host, int(pid), since) for user, host, pid, since in _HOLDER.findall(text))


def free(locks: Sequence[Holder]) -> bool:
    """Whether nobody is left who holds one of these locks."""
    return bool(locks) and all(holder.gone for holder in locks)


@contextmanager
def remembered(pid: int, update: str = "") -> Iterator[None]:
    """Remember that we have started this process of Pulumi, until the block ends: for good if we are killed.

    Where the cache directory cannot be written, it is not remembered, and its lock is never removed.

    Args:
        pid: the process's number.
        update: by `update_of`, where it changes a tenant.
    """
    mine = _directory() / str(pid)
    with suppress(OSError):
        _remember(mine, update)
    try:
        yield
    finally:
        with suppress(OSError):
            mine.unlink()


def update_of(project: Path, stack: str) -> str:
    """What an update of a tenant is remembered as.

    Args:
        project: the project's directory.
        stack: the tenant's name.
    """
    return f"{project.resolve()}: {stack}"


def running(updates: Collection[str]) -> dict[str, int]:
    """Which of some updates run still, that we or a run that was killed have started: their processes."""
    found = {}
    with suppress(OSError):
        for file in _directory().iterdir():
            with suppress(OSError, ValueError):
                machine, _, update = file.read_text(encoding="utf-8").rpartition("\n")
                if machine == _machine() and update in updates and _runs_pulumi(int(file.name)):
                    found[update] = int(file.name)
    return found


def _remember(mine: Path, update: str) -> None:
    mine.parent.mkdir(parents=True, exist_ok=True)
    for file in mine.parent.iterdir():
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _KEPT_SECONDS:
                file.unlink()
    mine.write_text(f"{_machine()}\n{update}", encoding="utf-8")


def _is_ours(pid: int) -> bool:
    try:
        return (_directory() / str(pid)).read_text(encoding="utf-8").rpartition("\n")[0] == _machine()
    except OSError:
        return False


def _directory() -> Path:
    """`$XDG_CACHE_HOME/flow-mcp/updates`, else the same under `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "flow-mcp" / "updates"


def _machine() -> str:
    """What distinguishes this machine, since it was started, and its container from all others."""
    found = [socket.gethostname()]
    with suppress(OSError):
        found.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip())
        found.append(str(Path("/proc/self/ns/pid").readlink()))
    return "\n".join(found)


def _runs_pulumi(pid: int) -> bool:
    """Whether this process is there, and is Pulumi where the system tells: numbers are used again."""
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
