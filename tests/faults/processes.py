"""Kill a run of flow-mcp, or one of its updates."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that a run has started, and those that they have started."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def processor_seconds(process: subprocess.Popen[str]) -> float:
    """Return the processor time of a run and of all processes that it has started."""
    seconds = 0.0
    with suppress(psutil.Error):
        for member in (psutil.Process(process.pid), *descendants(process)):
            with suppress(psutil.Error):
                times = member.cpu_times()
                # Children count for their parent when they have ended.
                seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def updates(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes `pulumi` of a run that update tenants, without their plugins."""
    return running(process, "up", "destroy")


def running(process: subprocess.Popen[str], *commands: str) -> list[psutil.Process]:
    """Return the processes `pulumi` of a run with one of these commands."""
    matching = []
    for child in descendants(process):
        with suppress(psutil.Error):
            if child.name() == "pulumi" and {*commands} & {*child.cmdline()}:
                matching.append(child)
    return matching


def language_hosts(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the language hosts of a run; each serves one process `pulumi`."""
    hosts = []
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children():
            with suppress(psutil.Error):
                if "flow_mcp.engine.python_host.fork_server" in child.cmdline():
                    hosts += child.children()
    return hosts


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill a run with all its updates and their plugins, the parents first, and wait for their ends."""
    children = descendants(process)
    process.kill()
    kill(children)
    process.wait()


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill processes and wait for their ends."""
    listed = list(processes)
    for child in listed:
        with suppress(psutil.Error):
            child.kill()
    psutil.wait_procs(listed, timeout=30)


def running_in(directory: Path) -> list[str]:
    """Return the command lines of the processes that run in a directory."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(directory.resolve()):
                found.append(" ".join(process.cmdline()))
    return found
