"""Who holds the lock of a stack, and whether that process is still there.

The file, S3, Azure, GCS and PostgreSQL backends of Pulumi lock a stack with a file that names the process. A
process that was killed leaves it behind.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go: checkForLock
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
    def here(self) -> bool:
        """Whether it is, or was, on this machine."""
        return self.host == socket.gethostname()

    @property
    def gone(self) -> bool:
        """Whether it was on this machine and does not run any more; where that is not certain, it is not."""
        return self.here and not _runs_pulumi(self.pid)


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
