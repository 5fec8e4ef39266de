"""Measure `flow-mcp up` for many unchanged tenants."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from benchmarks.checking import timed
from benchmarks.figures import Figure, ratios
from benchmarks.tenants import project
from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.records import Record, Records
from flow_mcp.engine.fleet.workers import default_workers
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.local.scratch_project import ScratchProject

REPOSITORY = Path(__file__).parents[1]
TENANTS, ROUNDS = 1000, 5
FORCED, FORCED_ROUNDS = 6, 3
STATE_BYTES = 80_000
"""What the state of a tenant with 19 resources takes."""

_BACKEND = "PULUMI_BACKEND_URL"
_CHANGED = "changed"
_SAMPLE = "northwind"  # it needs neither a server nor credentials
_DAY = ("--as-of", "2026-11-25")


def measure_unchanged() -> list[Figure]:
    """Run `flow-mcp up` on 1,000 recorded tenants, and check the same tenants, in turn.

    The states are copies of one that Pulumi made, filled up to the usual size; the records are written as a
    run writes them. Pulumi lists the stacks of backends other than directories, and of a directory whose URL
    has a parameter.
    """
    with tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as name:
        scratch = ScratchProject.prepare(Project(REPOSITORY), Path(name), {})
        applied(scratch, [_SAMPLE, _CHANGED])
        (scratch.project.directory / "stacks" / f"Pulumi.{_SAMPLE}.yaml").unlink()
        many = Path(name, "many")
        many.mkdir()
        for file in (project(many, TENANTS) / "stacks").iterdir():
            shutil.copyfile(file, scratch.project.directory / "stacks" / file.name)
        _states(scratch)
        environment = scratch.environment()
        with patch.dict(os.environ, environment, clear=True):
            _record(scratch.project)
        up = [flow_mcp(), "up", "--all", "--yes", *_DAY]
        check = [flow_mcp(), "check", *_DAY]
        directory = scratch.project.directory
        by_pulumi = {**environment, _BACKEND: f"{environment[_BACKEND]}?no_tmp_dir=true"}
        rounds = [
            (
                timed(up, directory, environment),
                timed(up, directory, by_pulumi),
                timed(check, directory, environment),
            )
            for _ in range(ROUNDS)
        ]
        changed = [_one_changed(scratch, up, number) for number in range(ROUNDS)]
    run, listed, checked = zip(*rounds, strict=True)
    one, alone = zip(*changed, strict=True)
    return [
        Figure("1,000 tenants, none changed: flow-mcp up --all", tuple(wall for wall, _ in run), "s", 5.0),
        Figure("… processor time of it", tuple(cpu for _, cpu in run), "s"),
        Figure(
            "… in checks of the same tenants, by processor time",
            ratios([cpu for _, cpu in run], [cpu for _, cpu in checked]),
            "times",
        ),
        Figure("… listed by Pulumi: flow-mcp up --all", tuple(wall for wall, _ in listed), "s", 5.0),
        Figure("… listed by Pulumi, processor time", tuple(cpu for _, cpu in listed), "s"),
        Figure("1,000 tenants, one changed: flow-mcp up --all", one, "s"),
        Figure(
            "… more than pulumi up of that tenant",
            tuple(ours - theirs for ours, theirs in changed),
            "s",
            3.0,
        ),
        Figure("… pulumi up of that tenant", alone, "s"),
    ]


def measure_forced() -> list[Figure]:
    """Run `flow-mcp up --force` on tenants without a change, and `pulumi up` in a parallel loop, in turn."""
    with tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as name:
        scratch = ScratchProject.prepare(Project(REPOSITORY), Path(name), {})
        tenants = [f"tenant-{number}" for number in range(FORCED)]
        applied(scratch, tenants)
        environment, directory = scratch.environment(), scratch.project.directory
        forced = [flow_mcp(), "up", "--all", "--force", "--yes", *_DAY]
        loops = [
            ["sh", "-c", parallel_loop(tenants, options)]
            for options in ("", f"--policy-pack {scratch.project.policies}")
        ]
        timed(forced, directory, environment, 600)  # the first one records what the loop above has applied
        rounds = [
            [timed(command, directory, environment, 600) for command in (forced, *loops)]
            for _ in range(FORCED_ROUNDS)
        ]
    run, plain, with_policies = zip(*rounds, strict=True)
    return [
        Figure(
            f"{FORCED} tenants forced, none changed: a tenant", tuple(wall / FORCED for wall, _ in run), "s"
        ),
        Figure(
            "… in a parallel loop of pulumi up, by time",
            ratios([wall for wall, _ in run], [wall for wall, _ in plain]),
            "times",
        ),
        Figure(
            "… in the same loop with the policy pack, by time",
            ratios([wall for wall, _ in run], [wall for wall, _ in with_policies]),
            "times",
        ),
    ]


def _one_changed(scratch: ScratchProject, up: list[str], number: int) -> tuple[float, float]:
    """Return the seconds of a run with one changed tenant, and of `pulumi up` of that tenant."""
    directory, environment = scratch.project.directory, scratch.environment()
    alone = ["pulumi", "--non-interactive", "up", "--yes", "--stack", _CHANGED]
    seconds = []
    for command, clients in ((up, "0e"), (alone, "1f")):
        file = directory / "stacks" / f"Pulumi.{_CHANGED}.yaml"
        text = re.sub(
            "clientId: 2c1b0a9f-8e7d-4c6b-a5f4-.*",
            f"clientId: 2c1b0a9f-8e7d-4c6b-a5f4-{number:010}{clients}",
            file.read_text("utf-8"),
        )
        file.write_text(text, "utf-8")
        seconds.append(timed(command, directory, environment)[0])
    # The next run would include the tenant, whose last update another command made.
    timed(up, directory, environment)
    return seconds[0], seconds[1]


def flow_mcp() -> str:
    """Return the path of this environment's flow-mcp."""
    return shutil.which("flow-mcp", path=str(Path(sys.executable).parent)) or "flow-mcp"


def parallel_loop(tenants: Sequence[str], options: str) -> str:
    """Return the shell command that runs `pulumi up` for each tenant, as many at a time as `flow-mcp up`."""
    up = f"pulumi --non-interactive up --yes --skip-preview {options} --stack"
    return f"printf '%s\\n' {' '.join(tenants)} | xargs -P {default_workers()} -I TENANT {up} TENANT"


def applied(scratch: ScratchProject, tenants: list[str]) -> None:
    """Apply tenants on premises, by Pulumi alone."""
    sample = (REPOSITORY / "stacks" / f"Pulumi.{_SAMPLE}.yaml").read_text(encoding="utf-8")
    for tenant in tenants:
        own = sample.replace(f"id: {_SAMPLE}", f"id: {tenant}").replace("flow.north", f"{tenant}.north")
        scratch.declare(tenant, own)
        scratch.pulumi("stack", "init", "--no-select", tenant)
        scratch.pulumi("up", "--yes", "--skip-preview", "--stack", tenant)


def _states(scratch: ScratchProject) -> None:
    """Give each tenant a copy of the state that is there, filled up with copies of a resource."""
    directory = scratch.state / ".pulumi" / "stacks" / "flow-mcp"
    made = directory / f"{_SAMPLE}.json"
    state = json.loads(made.read_bytes())
    resources = state["checkpoint"]["latest"]["resources"]
    one = resources[1]
    while len(json.dumps(state)) < STATE_BYTES:
        resources.append({**one, "urn": f"{one['urn']}-{len(resources)}"})
    text = json.dumps(state)
    for stack in set(scratch.project.stacks()) - {_CHANGED}:
        (directory / f"{stack}.json").write_text(text.replace(f'/{_SAMPLE}"', f'/{stack}"'), "utf-8")
    made.unlink()


def _record(project: Project) -> None:
    stacks = Stacks.of(project)
    inputs, listed = Inputs.of(project, stacks.version()), stacks.list_stacks()
    records: dict[str, Record | None] = {}
    for stack, file in project.stack_files(project.stacks()).items():
        here = listed[stack]
        if here.updated is None:
            raise RuntimeError(f"the state of {stack} has no time")
        records[stack] = Record(
            fingerprint=inputs.fingerprint(file), updated=here.updated, resources=here.resources
        )
    Records(stacks).write(records)
