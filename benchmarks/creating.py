"""Measure the creation of many tenants on a real Keycloak, and a run that finds nothing to change."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import opentofu
from benchmarks.checking import timed
from benchmarks.figures import Figure, ratios
from benchmarks.fleet import flow_mcp, parallel_loop
from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject

REPOSITORY = Path(__file__).parents[1]
TENANTS, ROUNDS = 50, 3
_SECONDS = 1800
_SAMPLE = (REPOSITORY / "stacks" / "Pulumi.globex.yaml").read_text(encoding="utf-8")
_DAY = ("--as-of", "2026-11-25")


def measure(tenants: int = TENANTS) -> list[Figure]:
    """Create tenants with `flow-mcp up`, a parallel loop of `pulumi up` and OpenTofu, on one Keycloak.

    OpenTofu gets the Keycloak resources of the states that `flow-mcp up` wrote, with other names of realms,
    in one state. Its provider is the one that is built into the Pulumi plugin.

    Args:
        tenants: the number of tenants of each.
    """
    with (
        tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as name,
        local_keycloak(Path(name)) as keycloak,
    ):
        directory = Path(name)
        ours = _project(directory / "ours", keycloak, "ours", tenants)
        loop = _project(directory / "loop", keycloak, "loop", tenants)
        create = [flow_mcp(), "up", "--all", "--yes", *_DAY]
        run = _timed(create, ours)
        for stack in loop.project.stacks():
            loop.pulumi("stack", "init", "--no-select", stack)
        looped = _timed(["sh", "-c", parallel_loop(loop.project.stacks(), "")], loop)

        tofu = directory / "tofu"
        tofu.mkdir()
        opentofu.write(tofu, {stack: _resources(ours, stack) for stack in ours.project.stacks()})
        environment = {
            **os.environ,
            **administrator(keycloak),
            "KEYCLOAK_URL": keycloak.url,
            "KEYCLOAK_CLIENT_ID": "admin-cli",
            # OpenTofu creates ten realms at a time. One can then take longer than the default of 15 seconds.
            "KEYCLOAK_CLIENT_TIMEOUT": "120",
            "TF_CLI_CONFIG_FILE": str(tofu / "tofu.rc"),
        }
        command = [str(opentofu.programs() / "tofu")]
        apply = [*command, "apply", "-auto-approve", "-input=false"]
        applied = timed(apply, tofu, environment, _SECONDS)

        forced = _timed([flow_mcp(), "up", "--all", "--force", "--yes", *_DAY], ours)
        planned = timed([*command, "plan", "-detailed-exitcode", "-input=false"], tofu, environment, _SECONDS)
        plain = ["pulumi", "--non-interactive", "up", "--yes", "--stack", ours.project.stacks()[0]]
        alone = [_timed(plain, ours)[0] for _ in range(ROUNDS)]
    return [
        Figure(f"{tenants} tenants created on Keycloak: a tenant", (run[0] / tenants,), "s"),
        Figure("… in OpenTofu with one state, by time", ratios([run[0]], [applied[0]]), "times", 1.25),
        Figure("… in a parallel loop of pulumi up, by time", ratios([run[0]], [looped[0]]), "times"),
        Figure("… by OpenTofu: a tenant", (applied[0] / tenants,), "s"),
        Figure("… processor time of it, without Keycloak's: a tenant", (run[1] / tenants,), "s"),
        Figure("… of the loop", (looped[1] / tenants,), "s"),
        Figure(f"{tenants} tenants forced, none changed: a tenant", (forced[0] / tenants,), "s", 1.0),
        Figure("… by tofu plan: a tenant", (planned[0] / tenants,), "s"),
        Figure("pulumi up of one tenant on Keycloak, nothing changed", tuple(alone), "s", 3.0),
    ]


@contextmanager
def local_keycloak(directory: Path) -> Iterator[LocalKeycloak]:
    """Start a Keycloak on a free port, and stop it."""
    server = LocalKeycloak(directory / "keycloak", 0, sources=("maven", "download"))
    with server:
        yield server


def administrator(keycloak: LocalKeycloak) -> dict[str, str]:
    """Return the administrator's credentials as environment variables."""
    return {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}


def _project(directory: Path, keycloak: LocalKeycloak, prefix: str, tenants: int) -> ScratchProject:
    """Return a project whose tenants have a realm each."""
    scratch = ScratchProject.prepare(Project(REPOSITORY), directory, administrator(keycloak))
    for number in range(tenants):
        tenant = f"{prefix}-{number:03}"
        own = _SAMPLE.replace("id: globex", f"id: {tenant}").replace("name: globex", f"name: {tenant}")
        scratch.declare(tenant, own.replace("http://127.0.0.1:8180", keycloak.url))
    return scratch


def _timed(command: list[str], scratch: ScratchProject) -> tuple[float, float]:
    return timed(command, scratch.project.directory, scratch.environment(), _SECONDS)


def _resources(scratch: ScratchProject, stack: str) -> Sequence[Mapping[str, Any]]:
    """Return the resources of a state, as those of a realm with another name."""
    file = scratch.state / ".pulumi" / "stacks" / "flow-mcp" / f"{stack}.json"
    text = file.read_text("utf-8").replace("ours-", "tofu-")
    resources: Sequence[Mapping[str, Any]] = json.loads(text)["checkpoint"]["latest"]["resources"]
    return resources
