"""Start language hosts for runs of Pulumi's engine, and attach the engine to them.

Pulumi attaches to a running language host instead of starting one if `PULUMI_DEBUG_LANGUAGES` names its port:
https://github.com/pulumi/pulumi/blob/master/pkg/resource/plugin/langruntime_plugin.go
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flow_mcp.engine.project import Project

_EXECUTOR = "pulumi-language-python-exec"
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Attached:
    """What a process of Pulumi needs to attach to a language host.

    Attributes:
        environment: environment variables.
        descriptors: file descriptors that the process inherits. The host ends when they are closed.
    """

    environment: Mapping[str, str]
    descriptors: tuple[int, ...]


NOT_ATTACHED = Attached({}, ())
"""Pulumi starts its own language host."""


class PythonHosts:
    """Forks a language host for each run of Pulumi from one process that has imported all modules.

    If that process has ended or does not answer, it is started again once; afterwards, Pulumi starts its own
    language hosts, which takes longer and has the same results.

    Args:
        command: the command of the process.
        environment: its environment, which the programs of stacks inherit.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = tuple(command), dict(environment)
        self._lock = threading.Lock()
        self._starts = 2
        self._server: _Server | None = None

    @classmethod
    @contextmanager
    def of(
        cls, project: Project, modules: Sequence[str], environment: Mapping[str, str]
    ) -> Iterator[PythonHosts | None]:
        """Start the process; yield None if the project needs Pulumi's own language host.

        Args:
            project: the project, whose program, policy pack and plugins must use this Python environment.
            modules: the modules to import.
            environment: the environment of Pulumi.
        """
        executor = shutil.which(_EXECUTOR, path=environment.get("PATH"))
        if executor is None or not _uses_this_environment(project):
            yield None
            return
        # -P: the working directory is not searched for modules.
        command = (sys.executable, "-P", "-m", "flow_mcp.engine.python_host.fork_server")
        hosts = cls((*command, executor, *modules), environment)
        try:
            hosts._running()
            yield hosts
        finally:
            hosts._stop()

    @contextmanager
    def attached(self) -> Iterator[Attached]:
        """Fork a host for one run of Pulumi, which must end within this block."""
        lifeline = self._lifeline()
        if lifeline is None:
            yield NOT_ATTACHED
            return
        with lifeline[0] as descriptor:
            languages = f"python:{lifeline[1]}"
            yield Attached({"PULUMI_DEBUG_LANGUAGES": languages}, (descriptor.fileno(),))

    def _lifeline(self) -> tuple[socket.socket, int] | None:
        """Return the socket that keeps a new host running, and the host's port; None without a host."""
        while server := self._running():
            with suppress(OSError, ValueError):
                return server.fork()
            self._discard(server)
        return None

    def _running(self) -> _Server | None:
        with self._lock:
            if self._server is None and self._starts:
                self._starts -= 1
                self._server = _Server.start(self._command, self._environment)
            return self._server

    def _discard(self, server: _Server) -> None:
        with self._lock:
            if self._server is server:
                server.stop()
                self._server = None

    def _stop(self) -> None:
        with self._lock:
            self._starts = 0
            if self._server:
                self._server.stop()
                self._server = None


@dataclass(frozen=True)
class _Server:
    """The process of `fork_server.main`."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    @classmethod
    def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> _Server:
        control, theirs = socket.socketpair()
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
        return cls(process, control)

    def fork(self) -> tuple[socket.socket, int]:
        """Fork a host; return the socket that keeps it running, and its port.

        Raises:
            OSError: the process has ended, or does not answer.
            ValueError: the host has ended before it answered.
        """
        lifeline, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"h"], [theirs.fileno()])
            lifeline.settimeout(_START_SECONDS)
            answer = b""
            while not answer.endswith(b"\n") and (received := lifeline.recv(64)):
                answer += received
            return lifeline, int(answer)
        except BaseException:
            lifeline.close()
            raise

    def stop(self) -> None:
        """Let the process end after its last host; one that does not end is killed, without its hosts."""
        self.control.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _uses_this_environment(project: Project) -> bool:
    """Return whether all Python of a project uses this process's virtual environment and this package."""
    declared = _read(project.file)
    plugins = declared.get("plugins")
    files = [(project.file, declared), (project.policies / "PulumiPolicy.yaml", None)]
    for entries in plugins.values() if isinstance(plugins, dict) else ():
        for entry in entries:
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
    virtualenv = file.parent / str(options.get("virtualenv"))
    return (
        runtime.get("name") == "python"
        and {*options} <= {"toolchain", "virtualenv"}
        and options.get("toolchain", "pip") == "pip"
        and virtualenv.is_dir()
        and virtualenv.samefile(sys.prefix)
    )


def _read(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_bytes())
    return content if isinstance(content, dict) else {}
