"""What was built or downloaded once, kept in the user's cache directory."""

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
    """`$XDG_CACHE_HOME/flow-mcp/toolchain`, else the same under `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "flow-mcp" / "toolchain"


def entry(name: str, make: Callable[[Path], None], report: Callable[[str], None]) -> tuple[Path, bool]:
    """An entry of the cache, made at the first call: it appears whole or not at all.

    Args:
        name: of the entry, which says all that it depends on.
        make: fills the directory that it is given.
        report: told when another flow-mcp, which makes an entry, is waited for.

    Returns:
        The entry's directory, and whether it was made now.

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
    """Put a program where it is used, replacing another version at once.

    Args:
        file: where it is.
        target: where it is used.
        link: by a symbolic link. Otherwise by a second name of the same file, or a copy across file systems:
            the engine looks for its language host beside itself, where links are followed.

    Returns:
        Whether anything changed.
    """
    if link:
        if target.is_symlink() and target.readlink() == file:
            return False
    elif target.is_file() and not target.is_symlink() and _same(file, target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    # A directory of its own: another flow-mcp may place the same program at the same time.
    with TemporaryDirectory(prefix=".", dir=target.parent) as own:
        new = Path(own) / target.name
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
    there, here = file.stat(), target.stat()
    return (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns)
