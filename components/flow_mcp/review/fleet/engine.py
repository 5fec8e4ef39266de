"""Pulumi's engine for a run over tenants, with language hosts that import the program's modules once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.preview.engine import Engine

MODULES = (
    "flow_mcp.authorization_servers.stack_program",
    "flow_mcp.authorization_servers.plugin_server",
    "flow_mcp.review.policy.pulumi_policies",
    "flow_mcp.review.policy.rules",
)
"""What the stack's program, the plugin and the policy pack import.

A process imports by itself what is missing here, which only takes longer.
"""

_ENVIRONMENT = re.compile(rb"""^["']?environment["']?\s*:""", re.MULTILINE)


@contextmanager
def fleet_engine(fleet: Fleet, stacks: Collection[str]) -> Iterator[Engine]:
    """Yield the engine for these tenants of a run."""
    default = Engine(fleet.stacks, fleet.as_of, fleet.interruption)
    with forking_engine(default, stacks, fleet.notes.append) as engine:
        yield engine


@contextmanager
def forking_engine(
    engine: Engine, stacks: Collection[str], report: Callable[[str], None]
) -> Iterator[Engine]:
    """Yield the engine with language hosts that fork, or unchanged if Pulumi must start its own hosts.

    Args:
        engine: the engine.
        stacks: the tenants that it runs.
        report: called with a text for the user if Pulumi starts its own hosts because the forks failed.
    """
    project = engine.stacks.project
    if not stacks or _have_environments(project, stacks):
        yield engine
        return
    modules = (*MODULES, *_components(project, stacks))
    with PythonHosts.of(project, modules, engine.environment(), report) as hosts:
        yield replace(engine, hosts=hosts)


def _have_environments(project: Project, stacks: Collection[str]) -> bool:
    """Return whether the file of a tenant names environments of Pulumi ESC.

    Pulumi sets their variables in its own process (`pkg/cmd/pulumi/config/io.go`), which only the language
    hosts inherit that it starts itself.
    """
    return any(_ENVIRONMENT.search(file.read_bytes()) for file in project.stack_files(stacks).values())


def _components(project: Project, stacks: Collection[str]) -> tuple[str, ...]:
    """Return the modules of the components of the kinds that the tenants declare."""
    instance = instance_of(project.file)
    modules = set()
    for file in project.stack_files(stacks).values():
        with suppress(DeclarationError):
            declaration = from_file(file, instance).declaration
            modules |= {side.kind.component_path.partition(":")[0] for side in declaration.at_servers}
    return tuple(sorted(modules))
