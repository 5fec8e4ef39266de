"""Find and run the go command."""

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
        identity: its version and platform, on which its output depends.

    Raises:
        ToolchainError: go is not installed or too old.
    """

    def __init__(self, module: Path) -> None:
        on_path = shutil.which("go")
        self._program = Path(on_path) if on_path else _INSTALLED_BY_ARCHIVE
        if not self._program.exists():
            raise ToolchainError("no go on PATH")
        if not (module / "go.mod").is_file():
            raise ToolchainError(f"no Go module in {module}")
        self._module = module
        # Run in the module: go downloads the version that go.mod requires and reports that version.
        self.identity = ask(self._program, "-C", str(module), "env", "GOVERSION", "GOOS", "GOARCH").split()
        version = re.match(r"go(\d+)\.(\d+)", self.identity[0])
        if not version or tuple(map(int, version.groups())) < OLDEST_GO:
            oldest = ".".join(map(str, OLDEST_GO))
            raise ToolchainError(f"{self._program} is {self.identity[0]}, older than {oldest}")

    def run(self, *arguments: str, temporary: Path, is_progress: Callable[[str], bool]) -> str:
        """Run go and return its standard output; if interrupted, end go and its child processes.

        Packages that are already compiled stay in Go's own cache.

        Args:
            arguments: the arguments without the program.
            temporary: a directory for go's temporary files, which remain if it is interrupted.
            is_progress: receives each line of standard error; returns whether it only reports progress.

        Raises:
            ToolchainError: go failed; contains the start of its error output.
        """
        with tempfile.TemporaryFile("w+", dir=temporary) as output:
            child = subprocess.Popen(
                [str(self._program), *arguments],
                cwd=self._module,
                # Without cgo, the build neither needs a C compiler nor depends on its version.
                env={**os.environ, "CGO_ENABLED": "0", "GOTMPDIR": str(temporary)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            with child:
                errors = _wait(child, is_progress)
            if child.returncode != 0:
                raise ToolchainError(f"go {arguments[0]} failed: {' '.join(errors[:3]) or 'no error output'}")
            output.seek(0)
            return output.read()


def _wait(child: subprocess.Popen[str], is_progress: Callable[[str], bool]) -> list[str]:
    """Wait for a process and return its error output without progress; if interrupted, kill its group."""
    assert child.stderr is not None  # noqa: S101 it is a pipe
    try:
        errors = [line for line in map(str.strip, child.stderr) if not is_progress(line)]
        child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    return errors
