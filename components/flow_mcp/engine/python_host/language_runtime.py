"""Pulumi's service `LanguageRuntime` for one run of the engine.

https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
"""

from __future__ import annotations

import os
import platform
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import grpc
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

from flow_mcp.engine.python_host.child import Child, Program
from flow_mcp.engine.python_host.policy_proxy import OPTIONS, PolicyProxy, configuration_variables

PROGRAM, ANALYZER, RESOURCE = "program", "analyzer", "resource"
ROLES = (PROGRAM, ANALYZER, RESOURCE)
"""A run of the engine needs one process each for the stack's program, the policy pack and the plugin."""

# The program, the pack and the plugin occupy a thread each until they end.
_THREADS = 16
# `pulumi-language-python-exec`: the reason of the failure has been reported.
_REPORTED = 32
_Process = Child | subprocess.Popen[bytes]


class LanguageRuntime(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs in prepared processes, and in new interpreters if a program needs another one.

    Args:
        children: a prepared process for each role.
        executor: the path of `pulumi-language-python-exec`.
        environment: the environment of Pulumi, which the stack's program inherits.
    """

    def __init__(self, children: Mapping[str, Child], executor: str, environment: Mapping[str, str]) -> None:
        self._children, self._executor, self._environment = dict(children), executor, dict(environment)
        self._processes: list[_Process] = [*children.values()]
        self._engine = ""

    def serve(self) -> int:
        """Serve on a free port of 127.0.0.1, and return the port."""
        server = grpc.server(ThreadPoolExecutor(_THREADS), options=OPTIONS)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(self, server)
        port: int = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self._server = server
        return port

    def end(self) -> None:
        """Kill all processes and wait for their ends."""
        for process in self._processes:
            process.kill()
            process.wait()

    def Handshake(self, request: Any, _: Any) -> Any:  # noqa: N802 gRPC's name
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, *_: Any) -> Any:  # noqa: N802 gRPC's name
        return plugin_pb2.PluginInfo()

    def About(self, *_: Any) -> Any:  # noqa: N802 gRPC's name
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetRequiredPackages(self, *_: Any) -> Any:  # noqa: N802 gRPC's name
        # The engine finds or installs a plugin when the first resource needs it.
        return language_pb2.GetRequiredPackagesResponse()

    def Cancel(self, empty: Any, _: Any) -> Any:  # noqa: N802 gRPC's name
        # Each call ends its process when the engine cancels the call.
        return empty

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802 gRPC's name
        info = request.info
        program = Program(
            self._executor,
            "",
            [
                *("--monitor", request.monitor_address, "--engine", self._engine),
                *("--project", request.project, "--stack", request.stack),
                *("--organization", request.organization, "--root_directory", info.root_directory),
                *("--pwd", request.pwd, "--dry_run", "true" if request.dryRun else "false"),
                *("--parallel", str(request.parallel)),
                str(Path(info.program_directory, info.entry_point)),
                *request.args,
            ],
            request.pwd,
            {**self._environment, **configuration_variables(request.config, request.configSecretKeys)},
        )
        process = self._start(PROGRAM, info, program, context)
        for text in _lines(_output(process)):
            self._log(text)
        code = process.wait()
        if code == _REPORTED:
            return language_pb2.RunResponse(bail=True)
        error = f"Program exited with non-zero exit code: {code}" if code else ""
        return language_pb2.RunResponse(error=error)

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802 gRPC's name
        environment = dict(entry.split("=", 1) for entry in request.env)
        if request.kind == ANALYZER:
            yield from self._run_policy_pack(request, environment, context)
            return
        info = request.info
        program = Program(
            str(Path(info.program_directory, info.entry_point)), "", [*request.args], request.pwd, environment
        )
        process = self._start(request.kind, info, program, context)
        yield from _responses(process)

    def _run_policy_pack(self, request: Any, environment: dict[str, str], context: Any) -> Iterator[Any]:
        directory = request.info.program_directory
        proxy = PolicyProxy()
        context.add_callback(proxy.stop)
        try:
            yield language_pb2.RunPluginResponse(stdout=f"{proxy.port}\n".encode())
            environment |= proxy.environment()
            program = Program("", "pulumi.policy", [*request.args, directory], directory, environment)
            process = self._start(ANALYZER, request.info, program, context)
            with suppress(ValueError):  # the pack has failed; its output has the reason
                proxy.connect(int(_line(process)))
            yield from _responses(process)
        finally:
            proxy.stop()

    def _start(self, role: str, info: Any, program: Program, context: Any) -> _Process:
        """Run a program until it ends or the engine cancels the call."""
        environment = _virtual_environment(info)
        child = self._children.pop(role, None) if environment.samefile(sys.prefix) else None
        process: _Process
        if child is None:
            process = subprocess.Popen(
                [str(environment / "bin" / "python"), *program.command],
                cwd=program.directory,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self._processes.append(process)
        else:
            child.start(program)
            process = child
        if not context.add_callback(process.terminate):
            process.terminate()
        # A cancelled call waits for nothing more.
        threading.Thread(target=process.wait, daemon=True).start()
        return process

    def _log(self, text: str) -> None:
        """Show output of the program, which the engine of an attached language host does not see."""
        request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text)
        with suppress(grpc.RpcError), grpc.insecure_channel(self._engine) as channel:
            engine_pb2_grpc.EngineStub(channel).Log(request)


def _virtual_environment(info: Any) -> Path:
    """Return the virtual environment that a program's project file names, or else that of this process."""
    return Path(info.root_directory, str(dict(info.options).get("virtualenv") or sys.prefix))


def _line(process: _Process) -> bytes:
    """Return the first line of a process's output, and read no further byte."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(_descriptor(process.stdout), 1)):
        line += byte
    return line


def _responses(process: _Process) -> Iterator[Any]:
    """Yield the output of a plugin's process and its exit code."""
    for name, text in _output(process):
        if name == "stdout":
            yield language_pb2.RunPluginResponse(stdout=text)
        else:
            yield language_pb2.RunPluginResponse(stderr=text)
    yield language_pb2.RunPluginResponse(exitcode=process.wait())


def _output(process: _Process) -> Iterator[tuple[str, bytes]]:
    """Yield `stdout` or `stderr` with a part of a process's output, until it has closed both."""
    parts: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()

    def pump(name: str, descriptor: int) -> None:
        while part := os.read(descriptor, 65536):
            parts.put((name, part))
        parts.put((name, b""))

    for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
        threading.Thread(target=pump, args=(name, _descriptor(stream)), daemon=True).start()
    running = 2
    while running:
        name, part = parts.get()
        if part:
            yield name, part
        else:
            running -= 1


def _lines(output: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Yield complete lines of an output, at least one at a time: a read can end in a line or a character."""
    rests = {"stdout": b"", "stderr": b""}
    for name, part in output:
        lines, newline, rests[name] = (rests[name] + part).rpartition(b"\n")
        if newline:
            yield (lines + newline).decode(errors="replace")
    for rest in filter(None, rests.values()):
        yield rest.decode(errors="replace")


def _descriptor(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise ValueError("the process has no pipe for its output")
    return stream.fileno()
