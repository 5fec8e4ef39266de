"""The go command: found, asked, and watched while it works."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import ask

OLDEST_GO = (1, 26)
_INSTALLED_BY_ARCHIVE = Path("/usr/local/go/bin/go")


def module_directory(project: Path) -> Path:
    """Return the directory of the Go module: the project's `toolchain/`, or else the wheel's copy."""
    own = project / "toolchain"
    return own if (own / "go.mod").is_file() else Path(__file__).parent / "module"


class Go:
    """The go command for the module in a directory.

    Attributes:
        identity: version and platform, which decide what it builds.

    Raises:
        ToolchainError: there is none, or it is too old.
    """

    def __init__(self, module: Path) -> None:
        found = shutil.which("go")
        self._program = Path(found) if found else _INSTALLED_BY_ARCHIVE
        if not self._program.exists():
            raise ToolchainError("no go on PATH")
        if not (module / "go.mod").is_file():
            raise ToolchainError(f"no Go module in {module}")
        self._module = module
        # Asked in the module: a go that fetches the version that go.mod wants answers as that version.
        self.identity = ask(self._program, "-C", str(module), "env", "GOVERSION", "GOOS", "GOARCH").split()
        version = re.match(r"go(\d+)\.(\d+)", self.identity[0])
        if not version or tuple(map(int, version.groups())) < OLDEST_GO:
            oldest = ".".join(map(str, OLDEST_GO))
            raise ToolchainError(f"{self._program} is {self.identity[0]}, older than {oldest}")

    def run(self, *arguments: str, temporary: Path, heard: Callable[[str], bool]) -> str:
        """Run it to its end, and leave nothing running when we are interrupted.

        What it has compiled by then stays in Go's own cache.

        Args:
            arguments: without the program.
            temporary: a directory for its temporary files, which it leaves when it is interrupted.
            heard: is shown each line of standard error, and says whether that line is mere progress.

        Returns:
            What it printed to standard output.

        Raises:
            ToolchainError: it failed; says what it said.
        """
        with tempfile.TemporaryFile("w+", dir=temporary) as output:
            child = subprocess.Popen(
                [str(self._program), *arguments],
                cwd=self._module,
                # Without C the result depends on no compiler of the machine, and needs none.
                env={**os.environ, "CGO_ENABLED": "0", "GOTMPDIR": str(temporary)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            with child:
                said = _listen(child, heard)
            if child.returncode != 0:
                raise ToolchainError(f"go {arguments[0]} failed: {' '.join(said[:3]) or 'it said nothing'}")
            output.seek(0)
            return output.read()


def _listen(child: subprocess.Popen[str], heard: Callable[[str], bool]) -> list[str]:
    """Wait for a process to end, or end it and its compilers; returns what it said that is no progress."""
    assert child.stderr is not None  # noqa: S101 it is a pipe
    try:
        said = [line for line in map(str.strip, child.stderr) if not heard(line)]
        child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    return said
