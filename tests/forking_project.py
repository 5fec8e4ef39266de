"""A scratch project whose runs of Pulumi share one import of Python modules.

Most of the processor time of a run of Pulumi on a small stack is Python, which imports the same modules for
the program, the plugin and the policy pack. `flow-mcp up` forks them from a process that has imported them;
here `pulumi` itself is attached to such processes.
"""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flow_mcp.authorization_servers import KINDS
from flow_mcp.engine.project import Project
from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.fleet.engine import MODULES

_PROJECT = Project(Path(__file__).parent.parent)
# The commands that run a program, a plugin or a policy pack.
_RUNNING = frozenset({"preview", "up", "refresh", "destroy", "policy"})


@contextmanager
def forked_hosts() -> Iterator[PythonHosts | None]:
    """Start the process that forks language hosts; yield None on a system without them."""
    path = f"{_PROJECT.directory / '.toolchain' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    modules = (*MODULES, *(kind.component_path.partition(":")[0] for kind in KINDS.values()))
    report = logging.getLogger(__name__).warning
    with PythonHosts.of(_PROJECT, modules, {**os.environ, "PATH": path}, report) as hosts:
        yield hosts


def forking_project(
    hosts: PythonHosts | None, directory: Path, credentials: Mapping[str, str]
) -> ScratchProject:
    """Create a copy of this repository's project; the caller writes the tenants' files."""
    prepared = ScratchProject.prepare(_PROJECT, directory, credentials)
    return ForkingProject(prepared.directory, prepared.toolchain, prepared.credentials, hosts)


@dataclass(frozen=True)
class ForkingProject(ScratchProject):
    """A scratch project in which `pulumi` is attached to forked language hosts.

    Attributes:
        hosts: forks them; None lets Pulumi start its own.
    """

    hosts: PythonHosts | None = None

    def _start(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, show: bool
    ) -> subprocess.Popen[str]:
        if self.hosts is None or arguments[0] not in _RUNNING:
            return super()._start(arguments, environment, show=show)
        with self.hosts.host(environment) as host:
            process = super()._start(arguments, {**environment, **host.environment}, show=show)
            host.serve(process.pid)
            return process
