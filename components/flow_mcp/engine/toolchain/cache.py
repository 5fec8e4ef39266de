"""The cache of built and downloaded programs, in the user's cache directory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from flow_mcp.common.locks import exclusive
from flow_mcp.engine.toolchain.errors import ToolchainError


def directory() -> Path:
    """Return `$XDG_CACHE_HOME/flow-mcp/toolchain`, with `~/.cache` if the variable is not set."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "flow-mcp" / "toolchain"


def entry(name: str, make: Callable[[Path], None], report: Callable[[str], None]) -> tuple[Path, bool]:
    """Return an entry of the cache, created by the first call; an incomplete entry is never visible.

    Args:
        name: the entry's name, which identifies everything that its content depends on.
        make: writes the content to the given directory.
        report: receives a message if the call waits for another flow-mcp that creates an entry.

    Returns:
        The entry's directory, and whether this call created it.

    Raises:
        ToolchainError: the cache directory cannot be written.
    """
    final = directory() / name
    if final.exists():
        return final, False
    partial = final.with_name(f"{name}.partial")
    try:
        with exclusive(directory() / "lock", report):
            if final.exists():
                return final, False
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            try:
                make(partial)
                partial.rename(final)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise ToolchainError(f"cannot write to the cache directory {directory()}: {error}") from error
    return final, True


def place(file: Path, target: Path, *, link: bool) -> bool:
    """Place a program at its target path, and replace another version atomically.

    Args:
        file: the program.
        target: the target path.
        link: whether to create a symbolic link. Otherwise the target is a hard link, or a copy on another
            file system: the engine follows symbolic links when it looks for its language host in its own
            directory.

    Returns:
        Whether the target changed.
    """
    if link:
        if target.is_symlink() and target.readlink() == file:
            return False
    elif target.is_file() and not target.is_symlink() and _same(file, target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    # A separate directory, because another flow-mcp may place the same program at the same time.
    with TemporaryDirectory(prefix=".", dir=target.parent) as temporary:
        new = Path(temporary) / target.name
        if link:
            new.symlink_to(file)
        else:
            with suppress(OSError):
                new.hardlink_to(file)
            if not new.exists():
                shutil.copy2(file, new)
        new.replace(target)
    return True


def _same(file: Path, target: Path) -> bool:
    file_stat, target_stat = file.stat(), target.stat()
    return (file_stat.st_size, file_stat.st_mtime_ns) == (target_stat.st_size, target_stat.st_mtime_ns)
