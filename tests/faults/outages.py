"""Stop Keycloak for a time during runs over tenants, and check that the next run converges."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import psutil

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.faults import processes
from tests.faults.fleet import PASSED, Fleet

_POLL_SECONDS = 0.05


def freeze(keycloak: LocalKeycloak, seconds: float) -> None:
    """Suspend Keycloak's processes for a time: connections are accepted, and nothing is answered."""
    pid = keycloak.status().pid
    assert pid
    server = psutil.Process(pid)
    members = [server, *server.children(recursive=True)]
    for member in members:
        member.suspend()
    time.sleep(seconds)
    for member in members:
        with suppress(psutil.NoSuchProcess):
            member.resume()


def restart(keycloak: LocalKeycloak, seconds: float) -> None:
    """Stop Keycloak, and start it again after a time: connections are refused."""
    keycloak.stop()
    time.sleep(seconds)
    keycloak.start()


KINDS: Mapping[str, Callable[[LocalKeycloak, float], None]] = {"frozen": freeze, "stopped": restart}


def interrupt(fleet: Fleet, kind: str, seconds: float, moments: random.Random, duration: float) -> list[str]:
    """Stop Keycloak at a random moment of a run's updates, and check that the next run converges.

    Args:
        fleet: tenants that declare a change.
        kind: a key of `KINDS`.
        seconds: how long Keycloak stops.
        moments: the source of the moment.
        duration: the duration of a run's updates in seconds.

    Returns:
        The statuses of the interrupted run, and the messages of its failures.
    """
    process = fleet.start("up", "--all", "--yes")
    while not processes.updates(process):
        assert process.poll() is None, process.communicate()
        time.sleep(_POLL_SECONDS)
    time.sleep(moments.uniform(0, duration))
    KINDS[kind](fleet.keycloak, seconds)
    results = fleet.parsed(*process.communicate())
    assert {result["status"] for result in results.values()} <= {*PASSED, "failed"}, results
    fleet.require_converged()
    return [f"{result['status']} {result['message']}".rstrip() for result in results.values()]
