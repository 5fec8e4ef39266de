"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from flow_mcp.operations.export.errors import ExportError

# Others may read what is no secret: the runtime is another user.
PUBLIC, PRIVATE = 0o644, 0o600


def write(path: Path, text: str, mode: int = PUBLIC) -> bool:
    """Write a file by renaming, only if its content or mode differs; tells whether it did.

    Raises:
        ExportError: the file system refuses.
    """
    data = text.encode()
    try:
        if path.is_file() and path.stat().st_mode & 0o777 == mode and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        # The runtime takes `<tenant>.json` only, so a name with a dot in front is never read.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error
    return True


def read(path: Path) -> str | None:
    """A file's text; None where there is no file.

    Raises:
        ExportError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ExportError(f"{path} cannot be read: {error}") from error
