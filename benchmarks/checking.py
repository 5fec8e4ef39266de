"""Measure `flow-mcp check` for many tenants, as in a pull request."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, ratios
from benchmarks.tenants import project

TENANTS, ROUNDS = 1000, 5
REPOSITORY = Path(__file__).parents[1]

# The comparison program only reads the same files with the same library.
_PEER = """
import pathlib, sys, yaml
for file in pathlib.Path(sys.argv[1]).glob("*.yaml"):
    yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
"""


def measure() -> list[Figure]:
    """Measure, in turn, the check of 1,000 tenants of all kinds and the mere reading of their YAML."""
    with tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as name:
        directory = project(Path(name), TENANTS)
        command = shutil.which("flow-mcp", path=str(Path(sys.executable).parent)) or "flow-mcp"
        rounds = [
            (
                timed([command, "check", "--as-of", "2026-11-25"], directory),
                timed([sys.executable, "-c", _PEER, "stacks"], directory),
            )
            for _ in range(ROUNDS)
        ]
    checked, read = zip(*rounds, strict=True)
    return [
        Figure("1,000 tenants checked by all static rules", tuple(wall for wall, _ in checked), "s", 3.0),
        Figure("… processor time of it", tuple(cpu for _, cpu in checked), "s"),
        Figure(
            "… in readings of the same YAML alone, by processor time",
            ratios([cpu for _, cpu in checked], [cpu for _, cpu in read]),
            "times",
        ),
    ]


def timed(
    command: list[str], directory: Path, environment: dict[str, str] | None = None, seconds: int = 120
) -> tuple[float, float]:
    """Return wall and processor seconds of a command that must succeed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{process.stdout}{process.stderr}")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
