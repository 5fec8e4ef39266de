"""Run the command line in a scratch project."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from flow_mcp.local.scratch_project import ScratchProject


def flow_mcp(
    scratch: ScratchProject, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `flow-mcp` and return its output and its exit code."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("flow-mcp")), *arguments],
        cwd=scratch.project.directory,
        env={**scratch.environment(), **(environment or {})},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
