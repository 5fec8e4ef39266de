"""Tenants at a state backend, whose clients an administrator registers by hand: they need no server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.backends.backend import Backend, BackendProject
from tests.engine.test_fleet import AS_OF, CLIENT, OTHER, declaration
from tests.live.command import flow_mcp

__all__ = ["CLIENT", "OTHER", "Fleet"]

Results = Mapping[str, Mapping[str, Any]]


class Fleet:
    """Tenants of a project.

    Attributes:
        backend: the state backend.
        scratch: the project.
    """

    def __init__(self, backend: Backend, scratch: BackendProject) -> None:
        self.backend, self.scratch = backend, scratch

    def declare(self, name: str, client: str = CLIENT) -> None:
        """Declare a tenant with the ID of its client."""
        self.scratch.declare(name, declaration(name, client))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run."""
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("flow-mcp")), *arguments, *AS_OF, "--json"],
            cwd=self.scratch.project.directory,
            env=self.scratch.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def results(self, *arguments: str) -> Results:
        """Run a command, and return the results by tenant."""
        process = flow_mcp(self.scratch, *arguments, *AS_OF, "--json")
        return self.parsed(process.stdout, process.stderr)

    def parsed(self, stdout: str, stderr: str) -> Results:
        """Return the results by tenant in the output of a run."""
        assert "Traceback" not in stderr, stderr
        assert not self.backend.password or self.backend.password not in stdout + stderr
        lines = stdout.splitlines()
        assert lines, stderr
        return {result["tenant"]: result for result in json.loads(lines[-1])["tenants"]}

    def statuses(self, *arguments: str) -> dict[str, str]:
        """Run a command, and return the statuses by tenant."""
        return {name: result["status"] for name, result in self.results(*arguments).items()}

    def client(self, name: str) -> str:
        """Return the client ID in a tenant's outputs."""
        return str(self.scratch.outputs(name)["clientIds"]["nightly-agent"])
