"""Kill runs at random moments, and check that the next run converges: `make faults`.

Each round kills runs over all tenants one after the other, without repairing anything in between, and then
checks that one run applies all declarations. The moments follow from the seed and from the duration of a run.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.backends.backend import Backend, BackendProject
from tests.backends.files import Files
from tests.backends.postgresql import PostgreSql
from tests.conftest import REPOSITORY
from tests.faults import processes
from tests.faults.fleet import PASSED, Fleet
from tests.live.admin import admin_client

_BACKENDS = ("file", "postgresql")
_POLL_SECONDS = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--backend", choices=_BACKENDS, action="append")
    parser.add_argument("--kills", type=int, default=50, help="for each backend  [default: 50]")
    parser.add_argument("--round", type=int, default=1, help="kills before each check  [default: 1]")
    parser.add_argument("--seed", type=int, default=12)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flow-mcp-faults-")))
        keycloak = stack.enter_context(
            LocalKeycloak(directory / "keycloak", 0, sources=("maven", "download"))
        )
        admin = stack.enter_context(admin_client(keycloak))
        pool = stack.enter_context(ThreadPoolExecutor())
        campaigns = []
        for name in given.backend or _BACKENDS:
            fleet = stack.enter_context(_fleet(name, directory / name, keycloak, admin))
            moments = random.Random(given.seed)
            campaigns.append(pool.submit(_kill, fleet, name, moments, given.kills, given.round))
        for campaign in campaigns:
            campaign.result()


def _kill(fleet: Fleet, name: str, moments: random.Random, kills: int, each: int) -> None:
    for tenant in fleet.names:
        fleet.declare(tenant, "first")
    fleet.require_converged()
    counts: Counter[str] = Counter()
    duration, attempts = 0.0, 0
    while counts.total() < kills:
        attempts += 1
        for tenant in fleet.names:
            # Each run creates a client and deletes the previous one.
            fleet.declare(tenant, "first", f"client-{attempts}")
        if not duration:
            duration = fleet.require_converged()
            continue
        kind = "Pulumi" if moments.random() < 1 / 3 else "run"
        ended = _interrupt(fleet, kind, moments.uniform(0, duration))
        if not ended:
            continue  # the run ended before the moment came
        counts[ended] += 1
        _say(f"{name}: kill {counts.total()} of {kills}: {ended}")
        if counts.total() % each == 0 or counts.total() == kills:
            duration = fleet.require_converged()
            _say(f"{name}: converged in {duration:.0f} s")
    drift = fleet.results("refresh", "--all")
    assert {tuple(result["operations"]) for result in drift.values()} == {()}, drift
    fleet.require_no_processes()
    _say(f"{name}: {counts.total()} kills, no orphan, duplicate, lock or process left: {dict(counts)}")


def _interrupt(fleet: Fleet, kind: str, seconds: float) -> str:
    """Start a run and kill it, or one of its updates, at a moment.

    Returns:
        What was killed; empty if the run ended before.
    """
    process = fleet.start("up", "--all", "--yes")
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if process.poll() is not None:
        process.communicate()
        return ""
    if kind == "run":
        running = processes.updates(process)
        processes.kill_all(process)
        process.communicate()
        return f"run with {len(running)} updates"
    while process.poll() is None and not (running := processes.updates(process)):
        time.sleep(_POLL_SECONDS)
    if process.poll() is not None:
        process.communicate()
        return ""
    processes.kill(running[:1])
    stdout, stderr = process.communicate()
    statuses = sorted(result["status"] for result in fleet.parsed(stdout, stderr).values())
    assert {*statuses} <= {*PASSED, "failed"}, stdout + stderr
    return f"Pulumi, tenants {' and '.join(statuses)}"


@contextmanager
def _fleet(name: str, directory: Path, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Fleet]:
    with ExitStack() as stack:
        backend: Backend = Files(directory / "state") if name == "file" else stack.enter_context(PostgreSql())
        credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
        scratch = project(directory / "trial", backend, credentials)
        yield Fleet(scratch, backend, keycloak, admin, (f"{name}-1", f"{name}-2"))


def project(directory: Path, backend: Backend, credentials: dict[str, str]) -> BackendProject:
    """Return a scratch project at a backend."""
    scratch = BackendProject.prepare(Project(REPOSITORY), directory, credentials)
    return BackendProject(scratch.directory, scratch.toolchain, scratch.credentials, backend.environment)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
