"""Measure how the creation of one tenant on a real Keycloak grows with its number of resources."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.checking import timed
from benchmarks.creating import REPOSITORY, administrator, local_keycloak
from benchmarks.figures import Figure, ratios
from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject

PROGRAMS = (3, 20, 80, 160)
_SECONDS = 900
_TENANT = """\
config:
  flow-mcp:tenant:
    id: {name}
    workspaces:
      "12": {{environments: [production]}}
    authorizationServer:
      keycloak:
        url: {url}
        realm: {{name: {name}, create: true, deletable: true}}
    clients:
"""
_PROGRAM = "      program-{number:03}: {{grant: client-credentials, access: ['12/production']}}\n"
# Pulumi then writes the state at the end only: after a crash, it does not know what it has created.
_NO_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


def measure() -> list[Figure]:
    """Create tenants of several sizes with `pulumi up --skip-preview`, and again without checkpoints."""
    with (
        tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as directory,
        local_keycloak(Path(directory)) as keycloak,
    ):
        project = Path(directory, "growth")
        scratch = ScratchProject.prepare(Project(REPOSITORY), project, administrator(keycloak))
        return [figure for programs in PROGRAMS for figure in _of_size(scratch, keycloak, programs)]


def _of_size(scratch: ScratchProject, keycloak: LocalKeycloak, programs: int) -> list[Figure]:
    wall, processor = _created(scratch, keycloak, f"growth-{programs}", programs, {})
    _, fast = _created(scratch, keycloak, f"growth-{programs}-fast", programs, _NO_CHECKPOINTS)
    state = scratch.state / ".pulumi" / "stacks" / "flow-mcp" / f"growth-{programs}.json"
    resources = len(json.loads(state.read_bytes())["checkpoint"]["latest"]["resources"])
    return [
        Figure(f"tenant of {resources} resources created on Keycloak", (wall,), "s"),
        Figure("… processor time, without Keycloak's: a resource", (processor / resources * 1000,), "ms"),
        Figure("… in the same without checkpoints, by processor time", ratios([processor], [fast]), "times"),
        Figure("… size of the state", (state.stat().st_size / 1000,), "kB"),
    ]


def _created(
    scratch: ScratchProject, keycloak: LocalKeycloak, name: str, programs: int, variables: dict[str, str]
) -> tuple[float, float]:
    """Return the wall and processor seconds of a creation."""
    clients = "".join(_PROGRAM.format(number=number) for number in range(programs))
    scratch.declare(name, _TENANT.format(name=name, url=keycloak.url) + clients)
    scratch.pulumi("stack", "init", "--no-select", name)
    command = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview", "--stack", name]
    environment = {**scratch.environment(), **variables}
    return timed(command, scratch.project.directory, environment, _SECONDS)
