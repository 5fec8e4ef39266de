from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(file: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold an exclusive lock on a file; wait if another flow-mcp holds it.

    The lock ends with its process.

    Args:
        file: the lock file, created if it does not exist.
        report: receives a message if there is a wait.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"Waiting for another flow-mcp process, which holds {file}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
