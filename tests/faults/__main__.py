"""Kill runs at random moments, and check that the next run converges: `make faults`.

Each round kills runs over all tenants one after the other, without repairing anything in between, and then
checks that one run applies all declarations. The moments follow from the seed and from the duration of a run.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.backends.backend import Backend, BackendProject
from tests.backends.files import Files
from tests.backends.postgresql import PostgreSql
from tests.conftest import REPOSITORY
from tests.faults import processes
from tests.faults.fleet import PASSED, Fleet
from tests.live.admin import admin_client

_NAMES = ("killed-1", "killed-2")
_POLL_SECONDS = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--backend", choices=("file", "postgresql"), action="append")
    parser.add_argument("--kills", type=int, default=50, help="for each backend  [default: 50]")
    parser.add_argument("--round", type=int, default=1, help="kills before each check  [default: 1]")
    parser.add_argument("--seed", type=int, default=12)
    given = parser.parse_args()
    for name in given.backend or ("file", "postgresql"):
        with _fleet(name) as fleet:
            _kill(fleet, name, random.Random(given.seed), given.kills, given.round)  # noqa: S311


def _kill(fleet: Fleet, name: str, moments: random.Random, kills: int, each: int) -> None:
    for tenant in fleet.names:
        fleet.declare(tenant, "first")
    duration = _converge(fleet)
    counts: Counter[str] = Counter()
    for number in range(1, kills + 1):
        for tenant in fleet.names:
            # Each run creates clients and deletes others.
            fleet.declare(tenant, "first", f"client-{number}")
        kind = "Pulumi" if moments.random() < 1 / 3 else "run"
        ended = _interrupt(fleet, kind, moments.uniform(0, duration))
        counts[f"{kind}: {ended}"] += 1
        _say(f"{name}: kill {number} of {kills}: {kind}, {ended}")
        if number % each == 0 or number == kills:
            seconds = _converge(fleet)
            duration = max(duration / 2, seconds)
            _say(f"{name}: converged in {seconds:.0f} s")
    drift = fleet.results("refresh", "--all")
    assert {tuple(result["operations"]) for result in drift.values()} == {()}, drift
    fleet.require_no_processes()
    _say(f"{name}: {kills} kills: {dict(counts)}; no orphan, no duplicate, no lock, no process left")


def _interrupt(fleet: Fleet, kind: str, seconds: float) -> str:
    """Start a run and kill it, or one of its updates, at a moment; return what was killed."""
    process = fleet.start("up", "--all", "--yes")
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if process.poll() is not None:
        process.communicate()
        return "had ended"
    if kind == "run":
        running = processes.updates(process)
        processes.kill_all(process)
        process.communicate()
        return f"killed with {len(running)} updates"
    while process.poll() is None and not (running := processes.updates(process)):
        time.sleep(_POLL_SECONDS)
    if process.poll() is None:
        processes.kill(running[:1])
    stdout, stderr = process.communicate()
    statuses = sorted(result["status"] for result in fleet.parsed(stdout, stderr).values())
    assert {*statuses} <= {*PASSED, "failed"}, stdout + stderr
    return f"killed, {', '.join(statuses)}"


def _converge(fleet: Fleet) -> float:
    began = time.monotonic()
    fleet.require_converged()
    return time.monotonic() - began


@contextmanager
def _fleet(name: str) -> Iterator[Fleet]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flow-mcp-faults-")))
        keycloak = stack.enter_context(
            LocalKeycloak(directory / "keycloak", 0, sources=("maven", "download"))
        )
        admin = stack.enter_context(admin_client(keycloak))
        backend: Backend
        if name == "file":
            backend = Files(directory / "state")
        else:
            backend = stack.enter_context(PostgreSql())
        credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
        scratch = project(directory / "trial", backend, credentials)
        yield Fleet(scratch, backend, keycloak, admin, _NAMES)


def project(directory: Path, backend: Backend, credentials: dict[str, str]) -> BackendProject:
    """Return a scratch project at a backend."""
    scratch = BackendProject.prepare(Project(REPOSITORY), directory, credentials)
    return BackendProject(scratch.directory, scratch.toolchain, scratch.credentials, backend.environment)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
