"""The process that imports modules once, and forks a language host for each run of the engine.

It has a single thread and uses no gRPC, because neither can be forked. Each host and each of its programs is
a process of its own: nothing of one tenant is in the memory of another tenant's process.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from flow_mcp.engine.python_host import child
from flow_mcp.engine.python_host.language_runtime import ROLES, LanguageRuntime


def main() -> int:
    """Serve requests until the requesting process ends.

    The arguments are the number of the control socket, the path of `pulumi-language-python-exec` and the
    modules to import. Each request is one byte with a socket. The new host reads the environment of Pulumi
    from it and answers with its port. It then reads the process ID of Pulumi, and ends with that process.
    """
    control, executor, modules = socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3:]
    # Pulumi ends its programs with SIGTERM; a Ctrl-C is for flow-mcp and Pulumi.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, _reap)
    for module in modules:
        import_module(module)
    if len([*Path("/proc/self/task").iterdir()]) > 1:
        return 1  # a module has started a thread, which would be missing in the forked processes
    gc.collect()
    gc.freeze()  # a collection would write to the memory that the processes share
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not request:
            return _wait_for_hosts()
        connection = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            control.close()
            with connection:
                _host(connection, executor)
            return child.run_when_told()
        connection.close()


def _host(connection: socket.socket, executor: str) -> None:
    """Serve one run of the engine until its end. Return only in the processes that run a program."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    children: dict[str, child.Child] = {}
    for role in ROLES:
        forked = child.fork()
        if forked is None:
            for previous in children.values():
                previous.close()
            return
        children[role] = forked
    with connection.makefile("rb") as lines:
        runtime = LanguageRuntime(children, executor, json.loads(lines.readline()))
        connection.sendall(f"{runtime.serve()}\n".encode())
        _wait_for_pulumi(lines)
    runtime.end()
    os._exit(0)  # without waiting for the threads of calls that the engine has abandoned


def _wait_for_pulumi(lines: BinaryIO) -> None:
    """Wait for the end of the process whose ID arrives, or until it is certain that none arrives."""
    with suppress(ValueError, ProcessLookupError):
        descriptor = os.pidfd_open(int(lines.readline()))
        select.select([descriptor], [], [])


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _wait_for_hosts() -> int:
    """Wait for the ends of all hosts; return the exit code of this process."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, 0):
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
