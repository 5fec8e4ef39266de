"""Language hosts that fork their programs, driven as Pulumi's engine drives them."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from pulumi.runtime.proto import (
    analyzer_pb2,
    analyzer_pb2_grpc,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
)

from flow_mcp.engine.project import Project
from flow_mcp.engine.python_host.hosts import NO_HOST, PythonHosts

_SECONDS = 60.0
FAILED = (
    "the process that forks language hosts failed twice, so that Pulumi starts its own. The run takes "
    "longer, and its results are the same"
)
REPORT = """
import json, os, sys
forked = "flow_mcp.engine.python_host.child" in sys.modules
print(json.dumps([sys.argv[1:], os.getcwd(), os.environ.get("MARK"), forked]))
"""
PACK = """
import os, time
from concurrent.futures import ThreadPoolExecutor
import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    def GetAnalyzerInfo(self, request, context):
        names = ("PULUMI_STACK", "PULUMI_DRY_RUN", "PULUMI_CONFIG")
        return analyzer_pb2.AnalyzerInfo(name=" ".join(os.environ[name] for name in names))
    def Analyze(self, request, context):
        context.abort(grpc.StatusCode.INTERNAL, "rule X failed")

server = grpc.server(ThreadPoolExecutor(2))
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server)
print(server.add_insecure_port("127.0.0.1:0"))
server.start()
print("ready")
time.sleep(600)
"""


def until(reached: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + _SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@dataclass
class Run:
    """A run of the engine that is attached to a host."""

    stub: Any

    def plugin(
        self, directory: Path, *arguments: str, kind: str = "resource", mark: str = "", virtualenv: str = ""
    ) -> Any:
        """Start a plugin, and return the stream of its output."""
        info = language_pb2.ProgramInfo(
            root_directory=str(directory), program_directory=str(directory), entry_point="."
        )
        info.options.update({"virtualenv": virtualenv})
        environment = [*(f"{name}={value}" for name, value in os.environ.items()), f"MARK={mark}"]
        request = language_pb2.RunPluginRequest(
            pwd=str(directory), args=arguments, env=environment, info=info, kind=kind
        )
        return self.stub.RunPlugin(request, timeout=_SECONDS)

    def program(self, directory: Path, config: Mapping[str, str]) -> Any:
        """Run the stack's program, and return the result."""
        program(directory, "")
        info = language_pb2.ProgramInfo(
            root_directory=str(directory.parent), program_directory=str(directory), entry_point="."
        )
        request = language_pb2.RunRequest(
            project="flow-mcp", stack="acme", pwd=str(directory), config=config, info=info
        )
        return self.stub.Run(request, timeout=_SECONDS)


def ended(stream: Any) -> tuple[str, str, int]:
    """Return a plugin's standard output, standard error and exit code."""
    parts = list(stream)
    stdout, stderr = (b"".join(getattr(part, name) for part in parts) for name in ("stdout", "stderr"))
    return stdout.decode(), stderr.decode(), parts[-1].exitcode


def program(directory: Path, text: str) -> Path:
    directory.mkdir()
    (directory / "__main__.py").write_text(text, "utf-8")
    return directory


@pytest.fixture
def earlier() -> frozenset[int]:
    """The processes that this one started before, such as the Keycloak of live tests."""
    return frozenset(child.pid for child in psutil.Process().children())


@pytest.fixture
def reports() -> list[str]:
    """What the hosts report to the user."""
    return []


@pytest.fixture
def hosts(project: Project, earlier: frozenset[int], reports: list[str]) -> Iterator[PythonHosts]:
    del earlier  # It is read before the hosts start.
    environment = {**os.environ, "PATH": f"{project.directory}{os.pathsep}{os.environ['PATH']}"}
    with PythonHosts.of(project, (), environment, reports.append) as hosts:
        assert hosts
        yield hosts


@contextmanager
def running(hosts: PythonHosts, engine: str = "127.0.0.1:1") -> Iterator[Run]:
    environment = {**os.environ, "MARK": "of this run"}
    with hosts.host(environment) as host, subprocess.Popen(["sleep", "600"]) as pulumi:
        try:
            host.serve(pulumi.pid)
            name, _, port = host.environment["PULUMI_DEBUG_LANGUAGES"].partition(":")
            assert name == "python"
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = language_pb2_grpc.LanguageRuntimeStub(channel)
                stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=engine))
                yield Run(stub)
        finally:
            pulumi.kill()


def started(earlier: frozenset[int]) -> list[psutil.Process]:
    """Return the running processes of the hosts."""
    servers = [child for child in psutil.Process().children() if child.pid not in earlier]
    return [process for server in servers for process in (server, *server.children(recursive=True))]


def test_a_plugin_runs_in_a_forked_process_with_its_own_surroundings(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    reporting = program(tmp_path / "reporting", REPORT + 'sys.stderr.write("a warning")\nsys.exit(3)\n')
    with running(hosts) as run:
        stdout, stderr, code = ended(run.plugin(reporting, "one", mark="first"))
        again = json.loads(ended(run.plugin(reporting, "two", mark="second"))[0])
    assert json.loads(stdout) == [["one"], str(reporting), "first", True]
    assert (stderr, code) == ("a warning", 3)
    # A run has one prepared process for its plugin; a further one starts an interpreter.
    assert again == [["two"], str(reporting), "second", False]


def test_a_plugin_of_another_virtual_environment_runs_in_its_interpreter(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    reporting = program(tmp_path / "reporting", REPORT)
    (reporting / "other" / "bin").mkdir(parents=True)
    (reporting / "other" / "bin" / "python").symlink_to(sys.executable)
    with running(hosts) as run:
        stdout, _, code = ended(run.plugin(reporting, virtualenv="other"))
    assert (json.loads(stdout), code) == ([[], str(reporting), "", False], 0)


def test_what_one_runs_plugin_leaves_in_memory_does_not_reach_another_run(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    leaving = program(
        tmp_path / "leaving",
        "import json, os\nprint(getattr(json, 'secret', None))\njson.secret = os.environ['MARK']\n",
    )
    with running(hosts) as first, running(hosts) as second:
        outputs = [ended(run.plugin(leaving, mark=mark))[0] for run, mark in ((first, "a"), (second, "b"))]
    assert outputs == ["None\n", "None\n"]


def test_the_end_of_a_program_closes_no_file_that_the_program_opened(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    opening = program(
        tmp_path / "opening",
        "import atexit, os\n"
        "opened = {os.open(os.devnull, os.O_RDONLY) for _ in range(40)}\n"
        "atexit.register(lambda: print(opened - {int(name) for name in os.listdir('/proc/self/fd')}))\n",
    )
    with running(hosts) as run:
        stdout, stderr, code = ended(run.plugin(opening))
    assert (stdout, stderr, code) == ("set()\n", "", 0)


def test_a_program_that_raises_is_reported_with_its_own_frames(hosts: PythonHosts, tmp_path: Path) -> None:
    failing = program(tmp_path / "failing", "raise ValueError('no such thing')\n")
    with running(hosts) as run:
        _, stderr, code = ended(run.plugin(failing))
    assert code == 1
    assert stderr.startswith("Traceback (most recent call last):\n")
    assert stderr.endswith("ValueError: no such thing\n")
    assert "python_host" not in stderr


@pytest.mark.parametrize(
    ("code", "error", "bail"),
    [(0, "", False), (2, "Program exited with non-zero exit code: 2", False), (32, "", True)],
)
def test_the_stacks_program_gets_its_configuration_and_environment_and_its_exit_code_is_the_result(
    hosts: PythonHosts, tmp_path: Path, code: int, error: str, bail: bool
) -> None:
    with running(hosts) as run:
        response = run.program(tmp_path / "stacks", {"flow-mcp:code": str(code)})
    assert (response.error, response.bail) == (error, bail)


class Engine(engine_pb2_grpc.EngineServicer):
    """An engine that keeps the messages which it would show."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: Any, _: Any) -> Any:  # noqa: N802 gRPC's name
        self.messages.append(request.message)
        return Empty()


def test_the_engine_receives_the_output_of_the_stacks_program_in_complete_lines(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    # Longer than a read, which then ends in the middle of the two bytes of a character.
    lines = ["-" + "ü" * 40_000 + "\n", "the end"]
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with running(hosts, f"127.0.0.1:{port}") as run:
            run.program(tmp_path / "stacks", {"flow-mcp:code": "0", "flow-mcp:print": "".join(lines)})
    finally:
        server.stop(None)
    assert engine.messages == lines


def test_a_cancelled_plugin_ends_and_the_end_of_a_run_ends_all_its_processes(
    hosts: PythonHosts, earlier: frozenset[int], tmp_path: Path
) -> None:
    waiting = program(tmp_path / "waiting", "import os, time\nprint(os.getpid())\ntime.sleep(600)\n")
    with running(hosts) as run:
        cancelled = run.plugin(waiting)
        pid = int(next(cancelled).stdout)
        cancelled.cancel()
        until(lambda: not psutil.pid_exists(pid))
        open_stream = run.plugin(waiting)
        pid = int(next(open_stream).stdout)
    until(lambda: not psutil.pid_exists(pid) and len(started(earlier)) == 1)


def test_a_policy_pack_starts_with_the_stacks_configuration_and_answers_through_the_host(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    pack = program(tmp_path / "pack", PACK)
    with running(hosts) as run:
        output = run.plugin(pack, "127.0.0.1:1", kind="analyzer")
        port = int(next(output).stdout)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            analyzer = analyzer_pb2_grpc.AnalyzerStub(channel)
            analyzer.Handshake(analyzer_pb2.AnalyzerHandshakeRequest())
            stack = analyzer_pb2.AnalyzerStackConfigureRequest(
                stack="acme", project="flow-mcp", dry_run=True, config={"flow-mcp:x": "1"}
            )
            analyzer.ConfigureStack(stack)
            info = analyzer.GetAnalyzerInfo(Empty())
            with pytest.raises(grpc.RpcError) as failure:
                analyzer.Analyze(analyzer_pb2.AnalyzeRequest())
    assert info.name == 'acme true {"flow-mcp:x": "1"}'
    assert (failure.value.code(), failure.value.details()) == (grpc.StatusCode.INTERNAL, "rule X failed")


def test_a_policy_pack_that_does_not_start_fails_the_engines_calls_with_the_reason(
    hosts: PythonHosts, tmp_path: Path
) -> None:
    pack = program(tmp_path / "pack", "raise ValueError('no such rule')\n")
    with running(hosts) as run:
        output = run.plugin(pack, "127.0.0.1:1", kind="analyzer")
        port = int(next(output).stdout)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            analyzer = analyzer_pb2_grpc.AnalyzerStub(channel)
            with pytest.raises(grpc.RpcError):
                analyzer.GetAnalyzerInfo(Empty())
        _, stderr, code = ended(output)
    assert ("ValueError: no such rule" in stderr, code) == (True, 1)


def test_a_killed_process_is_replaced_once_and_then_pulumi_starts_its_own_hosts(
    hosts: PythonHosts, earlier: frozenset[int], reports: list[str]
) -> None:
    def kill() -> None:
        server, *_ = started(earlier)
        server.kill()

    with running(hosts):
        pass
    kill()
    with running(hosts):
        pass
    kill()
    assert reports == []
    for _ in range(2):
        with hosts.host(os.environ) as host:
            assert host is NO_HOST
    assert reports == [FAILED]


def test_a_machine_that_cannot_start_the_process_lets_pulumi_start_its_own_hosts(
    project: Project, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    environment = {"PATH": str(project.directory)}
    with PythonHosts.of(project, (), environment, reports.append) as hosts:
        assert hosts
        with hosts.host(os.environ) as host:
            assert host is NO_HOST
    assert reports == [f"{FAILED}: Too many open files"]
