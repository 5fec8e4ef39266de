"""Measure the help and the check of one tenant."""

from __future__ import annotations

import compileall
import shutil
import sys
from pathlib import Path

from benchmarks.checking import timed
from benchmarks.figures import Figure, ratios

ROUNDS = 9
PROJECT = Path(__file__).resolve().parents[1]


def measure() -> list[Figure]:
    """Measure both commands, in turn with an interpreter that only imports the libraries of `check`."""
    for directory in ("components", "policies"):
        # Compile as Python does at the first run, even with PYTHONDONTWRITEBYTECODE.
        compileall.compile_dir(PROJECT / directory, quiet=1)
    command = shutil.which("flow-mcp", path=str(Path(sys.executable).parent)) or "flow-mcp"
    peer = [sys.executable, "-c", "import click, pydantic, yaml"]
    commands = [[command, "--help"], [command, "check", "acme"], peer]
    rounds = [[timed(arguments, PROJECT) for arguments in commands] for _ in range(ROUNDS)]
    helped, checked, imported = (tuple(times) for times in zip(*rounds, strict=True))
    return [
        Figure("flow-mcp --help", tuple(wall for wall, _ in helped), "s", 0.3),
        Figure("flow-mcp check of one tenant", tuple(wall for wall, _ in checked), "s", 0.4),
        Figure(
            "… in imports of click, pydantic and yaml alone, by processor time",
            ratios([cpu for _, cpu in checked], [cpu for _, cpu in imported]),
            "",
        ),
    ]
