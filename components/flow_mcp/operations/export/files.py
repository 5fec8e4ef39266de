"""Write files atomically."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from flow_mcp.operations.export.errors import ExportError

# Settings are readable for all users, because the runtime runs as another user than the export.
PUBLIC, PRIVATE = 0o644, 0o600


def write(path: Path, text: str, mode: int = PUBLIC) -> bool:
    """Replace a file atomically if its content or mode differs; return whether it was replaced.

    Raises:
        ExportError: the file cannot be written.
    """
    data = text.encode()
    try:
        if path.is_file() and path.stat().st_mode & 0o777 == mode and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        # The runtime ignores names that start with a dot, so it never reads an incomplete file.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error
    return True


def replace_text(path: Path, text: str) -> bool:
    """Replace the content of an existing file atomically; return whether it was replaced.

    The file keeps its mode, and a symbolic link keeps its target.

    Raises:
        ExportError: the file cannot be written.
    """
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode & 0o777
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error
    return write(target, text, mode)


def line_end(text: str) -> str:
    r"""Return the line end of a text's first line; `\n` if it has none."""
    first, _, _ = text.partition("\n")
    return "\r\n" if first.endswith("\r") and first != text else "\n"


def read(path: Path) -> str | None:
    """Return a file's text; None if it does not exist.

    Raises:
        ExportError: the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ExportError(f"{path} cannot be read: {error}") from error
