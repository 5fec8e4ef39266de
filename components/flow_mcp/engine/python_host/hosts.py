"""Start language hosts for runs of Pulumi's engine, and attach the engine to them.

Pulumi attaches to a running language host instead of starting one if `PULUMI_DEBUG_LANGUAGES` names its port:
https://github.com/pulumi/pulumi/blob/master/pkg/resource/plugin/langruntime_plugin.go
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flow_mcp.engine.project import Project

_EXECUTOR = "pulumi-language-python-exec"
_ATTACH = "PULUMI_DEBUG_LANGUAGES"
_STARTS = 2
_FAILED = (
    "the process that forks language hosts failed twice, so that Pulumi starts its own. The run takes "
    "longer, and its results are the same"
)
_START_SECONDS = 120.0
_STOP_SECONDS = 5.0
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Host:
    """A language host that waits for a process of Pulumi.

    Attributes:
        environment: the environment variables with which Pulumi attaches to it.
    """

    environment: Mapping[str, str]
    _socket: socket.socket | None = None

    def serve(self, pid: int) -> None:
        """Serve the process of Pulumi with this ID until it ends, also if this process ends before."""
        if self._socket:
            with suppress(OSError):  # the host has ended, which Pulumi reports
                self._socket.sendall(f"{pid}\n".encode())


NO_HOST = Host({})
"""Pulumi starts its own language host."""


class PythonHosts:
    """Forks a language host for each run of Pulumi from one process that has imported all modules.

    If that process cannot start, has ended or does not answer, it is started again once; afterwards, Pulumi
    starts its own language hosts, which takes longer and has the same results.

    Args:
        command: the command of the process.
        environment: its environment.
        report: called once, with a text for the user, if Pulumi starts its own language hosts.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], report: Callable[[str], None]
    ) -> None:
        self._command, self._environment, self._report = tuple(command), dict(environment), report
        self._lock = threading.Lock()
        self._starts, self._reported = _STARTS, False
        self._server: _Server | None = None

    @classmethod
    @contextmanager
    def of(
        cls,
        project: Project,
        modules: Sequence[str],
        environment: Mapping[str, str],
        report: Callable[[str], None],
    ) -> Iterator[PythonHosts | None]:
        """Start the process; yield None if the project needs Pulumi's own language host.

        Args:
            project: the project, whose program, policy pack and plugins must use this Python environment.
            modules: the modules to import.
            environment: the environment of that process, whose PATH has Pulumi's language hosts.
            report: called if the process fails so often that Pulumi starts its own language hosts.
        """
        executor = shutil.which(_EXECUTOR, path=environment.get("PATH"))
        is_attached = _ATTACH in environment  # the user debugs a language host
        if executor is None or is_attached or not _is_supported() or not _uses_this_environment(project):
            yield None
            return
        # -P: the working directory is not searched for modules.
        command = (sys.executable, "-P", "-m", "flow_mcp.engine.python_host.fork_server")
        hosts = cls((*command, executor, *modules), environment, report)
        try:
            hosts._running()
            yield hosts
        finally:
            hosts._stop()

    @contextmanager
    def host(self, environment: Mapping[str, str]) -> Iterator[Host]:
        """Fork a host for one run of Pulumi. It ends with this block unless it serves a process then.

        Args:
            environment: the environment of Pulumi, which the stack's program inherits.
        """
        while server := self._running():
            try:
                connection, port = server.fork(environment)
            except (OSError, ValueError):
                self._discard(server)
                continue
            with connection:
                yield Host({_ATTACH: f"python:{port}"}, connection)
            return
        yield NO_HOST

    def _running(self) -> _Server | None:
        """Return the process, which is started if there is none; None if it has failed too often."""
        with self._lock:
            cause = ""
            while self._server is None and self._starts:
                self._starts -= 1
                try:
                    self._server = _Server.start(self._command, self._environment)
                except OSError as error:
                    cause = f": {error.strerror}"
            if self._server is None and not self._reported:
                self._reported = True
                self._report(f"{_FAILED}{cause}")
            return self._server

    def _discard(self, server: _Server) -> None:
        with self._lock:
            is_current = self._server is server
            if is_current:
                self._server = None
        # Without the lock: other runs must not wait until this process has ended.
        if is_current:
            server.stop()

    def _stop(self) -> None:
        with self._lock:
            self._starts, server, self._server = 0, self._server, None
        if server:
            server.stop()


@dataclass(frozen=True)
class _Server:
    """The process of `fork_server.main`."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    @classmethod
    def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> _Server:
        """Start the process.

        Raises:
            OSError: the machine has no more files, processes or memory.
        """
        control, theirs = socket.socketpair()
        try:
            with theirs:
                python, safe_path, option, module, *arguments = command
                process = subprocess.Popen(
                    [python, safe_path, option, module, str(theirs.fileno()), *arguments],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,  # a Ctrl-C in the terminal must not reach the programs
                )
        except BaseException:
            control.close()
            raise
        return cls(process, control)

    def fork(self, environment: Mapping[str, str]) -> tuple[socket.socket, int]:
        """Fork a host; return the socket on which it expects Pulumi's process ID, and its port.

        Raises:
            OSError: the process has ended, or does not answer.
            ValueError: the host has ended before it answered.
        """
        connection, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"h"], [theirs.fileno()])
            connection.settimeout(_START_SECONDS)
            connection.sendall(json.dumps(dict(environment)).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n") and (received := connection.recv(64)):
                answer += received
            return connection, int(answer)
        except BaseException:
            connection.close()
            raise

    def stop(self) -> None:
        """Let the process end after its last host; one that does not end is killed, without its hosts."""
        self.control.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _is_supported() -> bool:
    """Return whether this is a Linux with pidfd_open (5.3).

    On macOS a process that has loaded the system's frameworks cannot be forked.
    """
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _uses_this_environment(project: Project) -> bool:
    """Return whether all Python of a project uses this process's virtual environment and this package."""
    declared = _read(project.file)
    plugins = declared.get("plugins")
    files = [(project.file, declared), (project.policies / "PulumiPolicy.yaml", None)]
    for entries in plugins.values() if isinstance(plugins, dict) else ():
        for entry in entries if isinstance(entries, list) else (None,):
            if not isinstance(entry, dict):
                return False  # Pulumi reports it
            directory = project.directory / str(entry.get("path"))
            files.append((directory / "PulumiPlugin.yaml", None))
            other = directory / _PACKAGE.name
            if other.is_dir() and not other.samefile(_PACKAGE):
                return False
    return all(_is_ours(file, content or _read(file)) for file, content in files if file.is_file())


def _is_ours(file: Path, declared: Mapping[str, Any]) -> bool:
    runtime = declared.get("runtime")
    if not isinstance(runtime, dict):
        return False
    options = runtime.get("options") or {}
    if not isinstance(options, dict):
        return False
    virtualenv = file.parent / str(options.get("virtualenv"))
    return (
        runtime.get("name") == "python"
        and {*options} <= {"toolchain", "virtualenv"}
        and options.get("toolchain", "pip") == "pip"
        and virtualenv.is_dir()
        and virtualenv.samefile(sys.prefix)
    )


def _read(file: Path) -> dict[str, Any]:
    """Return the content of a project file; empty if it is invalid, which Pulumi reports."""
    with suppress(yaml.YAMLError):
        content = yaml.safe_load(file.read_bytes())
        return content if isinstance(content, dict) else {}
    return {}
