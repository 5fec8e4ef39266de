"""The executable of a stand-in plugin, whose process is forked."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from flow_mcp.local.scratch_project import ScratchProject
from tests.standin.fork_server import install
from tests.standin.plugin import variable

_SECONDS = 60.0


def test_a_plugin_serves_at_the_port_that_it_prints_and_ends_with_its_executable(tmp_path: Path) -> None:
    scratch = ScratchProject(tmp_path, tmp_path, {})
    install("azuread", scratch)
    with subprocess.Popen(
        [scratch.installed_plugin("azuread"), "127.0.0.1:1"],
        env={**os.environ, variable("azuread"): str(tmp_path / "azuread.json")},
        stdout=subprocess.PIPE,
    ) as executable:
        assert executable.stdout is not None
        port = int(executable.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
            executable.kill()
            # The connection ends with the process that serves it, or a timeout fails the test.
            with suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass
