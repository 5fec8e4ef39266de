"""Measure the memory of a run over many tenants with one worker, with all processes that it starts."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.figures import Figure
from benchmarks.fleet import REPOSITORY, applied, flow_mcp
from flow_mcp.engine.project import Project
from flow_mcp.local.scratch_project import ScratchProject

TENANTS = 200
_FIRST = "tenant-000"
_INTERVAL_SECONDS = 0.2
_DAY = ("--as-of", "2026-11-25")


def measure(tenants: int = TENANTS) -> list[Figure]:
    """Run `flow-mcp up --force` with one worker on tenants on premises, without a change.

    A sample is the proportional set size of all processes of the run: what processes share counts once.

    Args:
        tenants: the number of tenants.
    """
    with tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as name:
        scratch = ScratchProject.prepare(Project(REPOSITORY), Path(name), {})
        applied(scratch, [_FIRST])
        _copies(scratch, tenants)
        up = [flow_mcp(), "up", "--all", "--force", "--yes", "--workers", "1", *_DAY]
        samples = watched(up, scratch.project.directory, scratch.environment())
    half = len(samples) // 2
    growth = max(samples[half:]) / max(samples[:half]) - 1
    return [
        Figure(f"memory of a run over {tenants} tenants with one worker", (max(samples) / 1e6,), "MB", 400.0),
        Figure("… growth of the maximum from the first to the second half", (100 * growth,), "%", 5.0),
    ]


def watched(command: list[str], directory: Path, environment: dict[str, str]) -> list[int]:
    """Run a command that must succeed; return the memory in bytes of its processes at regular times.

    Raises:
        subprocess.CalledProcessError: the command failed.
    """
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        samples = []
        while process.poll() is None:
            samples.append(_bytes(process.pid))
            time.sleep(_INTERVAL_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return samples


def _bytes(pid: int) -> int:
    total = 0
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error, os.error):
                total += process.memory_full_info().pss
    return total


def _copies(scratch: ScratchProject, tenants: int) -> None:
    """Copy file and state of the first tenant for all others, with their names."""
    states = scratch.state / ".pulumi" / "stacks" / "flow-mcp"
    files = scratch.project.directory / "stacks"
    for number in range(1, tenants):
        tenant = f"tenant-{number:03}"
        for file in (files / f"Pulumi.{_FIRST}.yaml", states / f"{_FIRST}.json"):
            copy = file.with_name(file.name.replace(_FIRST, tenant))
            copy.write_text(file.read_text("utf-8").replace(_FIRST, tenant), "utf-8")
