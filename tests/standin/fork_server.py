"""A process that has read the SDKs of stand-in plugins, and forks a plugin for each start by an engine.

Reading an SDK takes longer than all that a plugin then does in a run of Pulumi. The process has a single
thread and uses no gRPC, because neither can be forked.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flow_mcp.local.scratch_project import ScratchProject
from tests.standin import plugin
from tests.standin.sdk import Sdk

_REPOSITORY = Path(__file__).parent.parent.parent
_MESSAGE_BYTES = 65536
_STANDARD = (0, 1, 2)
# The executable that the engine starts: it hands its files, arguments and environment over, and ends with the
# plugin. If the engine kills it, the plugin ends too.
_CLIENT = """\
#!{python} -IS
import json, os, socket, sys

server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
start = {{
    "package": {package!r},
    "arguments": sys.argv,
    "environment": dict(os.environ),
    "directory": os.getcwd(),
}}
socket.send_fds(server, [b"\\0"], [0, 1, 2])
server.sendall(json.dumps(start).encode() + b"\\n")
sys.exit((server.recv(1) or b"\\1")[0])
"""


def install(package: str, scratch: ScratchProject) -> None:
    """Write the plugin's executable to the directory in which the project's engine searches plugins."""
    script = scratch.installed_plugin(package)
    script.parent.mkdir(parents=True, exist_ok=True)
    text = _CLIENT.format(python=sys.executable, address=_address(), package=package)
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)


@cache
def _address() -> str:
    """Start the server once, and return the path of its socket. It ends when this process has ended."""
    # In pytest's directory, the path could be too long for a socket.
    address = str(Path(mkdtemp(prefix="standin-"), "socket"))
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, address],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C must not reach the plugins
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    _RUNNING.append(process)
    return address


_RUNNING: list[subprocess.Popen[bytes]] = []


def main() -> int:
    """Serve at the socket of the first argument until standard input ends."""
    address = Path(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system removes ended children
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        os.write(1, b"ready\n")
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                _, descriptors, _, _ = socket.recv_fds(connection, 1, len(_STANDARD))
                start = json.loads(_line(connection))
                sdk = _read_sdk(start["package"])
                if os.fork() == 0:
                    listener.close()
                    return _run(connection, start, descriptors, sdk)
                for descriptor in descriptors:
                    os.close(descriptor)
    address.unlink()
    address.parent.rmdir()
    return 0


@cache
def _read_sdk(package: str) -> Sdk:
    """Read an SDK for all processes that are forked from now on."""
    sdk = Sdk.of(package)
    gc.collect()
    gc.freeze()  # a collection would write to the memory that the processes share
    return sdk


def _line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and (received := connection.recv(_MESSAGE_BYTES)):
        line += received
    return line


def _run(connection: socket.socket, start: Mapping[str, Any], descriptors: Sequence[int], sdk: Sdk) -> int:
    """Serve the engine in a process that was forked for it; return its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in zip(_STANDARD, descriptors, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    threading.Thread(target=_exit_with_client, args=(connection,), daemon=True).start()
    os.environ.clear()
    os.environ.update(start["environment"])
    os.chdir(start["directory"])
    sys.argv = start["arguments"]
    plugin.main(sdk)
    connection.sendall(b"\0")
    return 0


def _exit_with_client(connection: socket.socket) -> None:
    connection.recv(1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
