from __future__ import annotations

from pathlib import Path


def first_error(log: Path, offset: int = 0) -> str:
    """The line of a log that says best what went wrong: the first error, else the last line.

    Args:
        log: the file.
        offset: bytes of it to skip, written by earlier runs.
    """
    text = log.read_bytes()[offset:].decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "ERROR" in line), lines[-1] if lines else "it said nothing")
