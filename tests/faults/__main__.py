"""Kill runs at random moments, and stop Keycloak during others: `make faults`.

Each round kills runs over all tenants one after the other, without repairing anything in between, and then
checks that one run applies all declarations. The moments follow from the seed and from the progress of a run.
Afterwards Keycloak is frozen, and stopped, for a minute each during runs.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import PulumiError
from tests.backends.backend import Backend, BackendProject
from tests.backends.files import Files
from tests.backends.postgresql import PostgreSql
from tests.faults import outages
from tests.faults.fleet import Fleet
from tests.faults.kills import Progress, kill
from tests.live.admin import admin_client

_BACKENDS = ("file", "postgresql")
_OUTAGE_SECONDS = 60.0
_UPDATE_SECONDS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--backend", choices=_BACKENDS, action="append")
    parser.add_argument("--kills", type=int, default=50, help="for each backend  [default: 50]")
    parser.add_argument("--round", type=int, default=1, help="kills before each check  [default: 1]")
    parser.add_argument("--outages", type=int, default=1, help="of each kind and backend  [default: 1]")
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
        stopped = threading.Event()
        stack.callback(stopped.set)
        campaigns, fleets = [], []
        for name in given.backend or _BACKENDS:
            fleet = stack.enter_context(_fleet(name, directory / name, keycloak, admin))
            fleets.append(fleet)
            moments = random.Random(given.seed)
            campaigns.append(pool.submit(_run_kills, fleet, name, moments, given.kills, given.round, stopped))
        for campaign in campaigns:
            campaign.result()
        for fleet in fleets:
            _stop_keycloak(fleet, random.Random(given.seed), given.outages)


def _run_kills(
    fleet: Fleet, name: str, moments: random.Random, kills: int, in_round: int, stopped: threading.Event
) -> None:
    for tenant in fleet.names:
        fleet.declare(tenant, "first")
    fleet.results("up", "--all", "--yes")  # on a busy machine, Keycloak can take too long for the first realm
    fleet.require_converged()
    counts: Counter[str] = Counter()
    progress, attempts = None, 0
    while counts.total() < kills and not stopped.is_set():
        attempts += 1
        for tenant in fleet.names:
            # Each run creates a client and deletes the previous one.
            fleet.declare(tenant, "first", f"client-{attempts}")
        if progress is None:
            progress = Progress.measured(fleet)
            continue
        killed, moment = kill(fleet, moments, progress)
        if not killed:
            continue  # the run ended before the moment came
        counts[killed] += 1
        _say(f"{name}: kill {counts.total()} of {kills}: {killed}, {moment}{_remains(fleet)}")
        if counts.total() % in_round == 0 or counts.total() == kills:
            _say(f"{name}: converged in {fleet.require_converged():.0f} s")
    drift = fleet.results("refresh", "--all")
    assert {tuple(result["operations"]) for result in drift.values()} == {()}, drift
    fleet.require_no_processes()
    _say(f"{name}: {counts.total()} kills, no orphan, duplicate, lock or process left: {dict(counts)}")


def _remains(fleet: Fleet) -> str:
    """Describe the locks and the interrupted operations that a kill has left."""
    locked = [name for name in fleet.names if any(f"/{name}/" in lock for lock in fleet.backend.locks())]
    texts = []
    for name in locked:
        try:
            interrupted = fleet.interrupted(name)
        except PulumiError as error:
            texts.append(f"; lock of {name}, whose state is unreadable: {error}")
        else:
            texts.append(
                f"; lock of {name}" + (f", interrupted {', '.join(interrupted)}" if interrupted else "")
            )
    return "".join(texts)


def _stop_keycloak(fleet: Fleet, moments: random.Random, count: int) -> None:
    for attempt, kind in enumerate(kind for _ in range(count) for kind in outages.KINDS):
        for tenant in fleet.names:
            fleet.declare(tenant, "first", f"outage-{attempt}")
        # An update of such a tenant takes 3 to 10 seconds.
        ended = outages.interrupt(fleet, kind, _OUTAGE_SECONDS, moments, _UPDATE_SECONDS)
        _say(f"{fleet.names[0]}: Keycloak {kind} for {_OUTAGE_SECONDS:.0f} s: {'; '.join(ended)}; converged")


@contextmanager
def _fleet(name: str, directory: Path, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Fleet]:
    with ExitStack() as stack:
        backend: Backend = Files(directory / "state") if name == "file" else PostgreSql()
        stack.enter_context(backend)
        credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
        project = BackendProject.at(backend, directory / "trial", credentials)
        yield Fleet(project, backend, keycloak, admin, (f"{name}-1", f"{name}-2"))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
