"""Repair of a directory as a backend, after Pulumi was killed while it wrote a state.

Pulumi's storage library writes a state to a temporary file, which then replaces the previous one. It keeps
the attributes of each file, such as the content type, in a second one with the suffix `.attrs`, and truncates
that before it writes it. If Pulumi is killed in between, the file is empty. No command can then read the
state, nor the list of all stacks: they fail with `EOF`. Without the file of attributes they succeed.
Source: https://github.com/google/go-cloud/blob/master/blob/fileblob/attrs.go
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

_SCHEME = "file://"
_ATTRIBUTES = ".attrs"
_STATES = Path(".pulumi", "stacks")


def is_unreadable(message: str) -> bool:
    """Return whether a message of Pulumi can have an empty file of attributes as its cause."""
    return message.endswith("EOF")


def needs_repair(file: Path) -> bool:
    """Return whether Pulumi fails to read a state because of this file.

    Raises:
        FileNotFoundError: it does not exist.
    """
    return file.suffix == _ATTRIBUTES and file.stat().st_size == 0


def repair(url: str, directory: Path) -> bool:
    """Remove the empty files of attributes of states; return whether the backend is a directory.

    A process that has just created such a file continues to write it, and only its attributes are lost.

    Args:
        url: the address of the backend, as `pulumi whoami` prints it.
        directory: the directory to which a relative address refers.
    """
    if not url.startswith(_SCHEME):
        return False
    path = Path(unquote(url.removeprefix(_SCHEME).partition("?")[0])).expanduser()
    for file in (directory / path / _STATES).rglob(f"*{_ATTRIBUTES}"):
        with suppress(FileNotFoundError):  # another process has removed it
            if needs_repair(file):
                file.unlink()
    return True
