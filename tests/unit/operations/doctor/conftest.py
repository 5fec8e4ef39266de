"""A machine that has nothing, and the programs that tests install on it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine that runs the tests has."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "KEYCLOAK_", "ARM_", "AUTH0_", "SCALEKIT_", "FLOW_MCP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi-home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def program(directory: Path, name: str, output: str) -> Path:
    """Write a program that prints a line."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    file.write_text(f"#!/bin/sh\necho '{output}'\n", encoding="utf-8")
    file.chmod(0o755)
    return file
