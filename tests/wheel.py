"""The package's wheel, and commands of somebody who has the wheel and not this repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import REPOSITORY

_OTHERS = ("PULUMI_", "KEYCLOAK_", "FLOW_MCP_", "PYTHONPATH", "VIRTUAL_ENV")


def build(directory: Path) -> Path:
    """Build the wheel into a new directory, and return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = directory.iterdir()
    return wheel


def environment(directory: Path, *programs: Path) -> dict[str, str]:
    """Return an environment with the backend `state/` and Pulumi's home in a directory.

    Args:
        directory: the directory; `state/` is created.
        programs: directories of programs, which come before those of this process.
    """
    state = directory / "state"
    state.mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    return {
        **kept,
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "PULUMI_HOME": str(directory / "pulumi"),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "of a test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # What the tests run needs nothing from Pulumi's servers.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def output(arguments: tuple[str, ...], at: Path, environment: Mapping[str, str]) -> str:
    """Return the standard output of a command in a directory, which succeeds."""
    ended = subprocess.run(
        arguments,
        cwd=at,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
    return ended.stdout
