from __future__ import annotations

from pathlib import Path


def first_error(log: Path, offset: int = 0) -> str:
    """Return the first error of a log, or its last line if it has no error.

    Args:
        log: the log file.
        offset: number of bytes to skip, which earlier runs wrote.
    """
    text = log.read_bytes()[offset:].decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "ERROR" in line), lines[-1] if lines else "the log is empty")
