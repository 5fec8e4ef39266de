"""Updates that are killed after Keycloak has created an object and before Pulumi has written its state.

`make faults` kills runs at random moments.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.backends.backend import BackendProject
from tests.backends.files import Files
from tests.faults import processes
from tests.faults.fleet import Fleet
from tests.faults.proxy import Proxy
from tests.live.command import flow_mcp

# Only the requests for the first one pass the proxy.
NAMES = ("kills-1", "kills-2")
ONE_FAILED = {NAMES[0]: "failed", NAMES[1]: "updated"}
OUTAGE_SECONDS = 5.0


@pytest.fixture(scope="module")
def proxy(keycloak: LocalKeycloak) -> Iterator[Proxy]:
    with Proxy(keycloak.url).serving() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def fleet(
    tmp_path_factory: pytest.TempPathFactory, keycloak: LocalKeycloak, admin: httpx.Client, proxy: Proxy
) -> Iterator[Fleet]:
    directory = tmp_path_factory.mktemp("kills")
    backend = Files(directory / "state")
    backend.start()
    credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
    project = BackendProject.at(backend, directory / "trial", credentials)
    fleet = Fleet(project, backend, keycloak, admin, NAMES, {NAMES[0]: proxy.url})
    for name in NAMES:
        fleet.declare(name, "agent")
    yield fleet
    confirmed = (word for name in NAMES for word in ("--yes", name))
    fleet.results("destroy", "--all", *confirmed)
    assert {*NAMES}.isdisjoint(realm["realm"] for realm in admin.get("").json())


def kill_after(fleet: Fleet, proxy: Proxy, write: str) -> None:
    """Start a run for the first tenant, and kill it with its update after a write."""
    process = fleet.start("up", NAMES[0], "--yes")
    proxy.after_write(write, lambda: processes.kill_all(process))
    stdout, stderr = process.communicate()
    proxy.forward_all()
    assert process.returncode == -9, stdout + stderr
    assert len(fleet.backend.locks()) == 1


def test_the_next_run_adopts_what_killed_updates_created(fleet: Fleet, proxy: Proxy) -> None:
    for write in (r"POST /admin/realms$", r"POST .*/components$", r"POST .*/clients$"):
        kill_after(fleet, proxy, write)
        assert fleet.interrupted(NAMES[0])
    fleet.require_converged()
    fleet.require_no_processes()


def test_the_gate_resolves_what_a_killed_update_began(fleet: Fleet, proxy: Proxy) -> None:
    fleet.declare(NAMES[0], "agent", "gated")
    kill_after(fleet, proxy, r"POST .*/clients$")
    assert fleet.interrupted(NAMES[0])
    refused = flow_mcp(fleet.scratch, "gate", "apply", NAMES[0], "--approved", f"sha256:{'0' * 64}")
    assert (refused.returncode, fleet.interrupted(NAMES[0])) == (3, []), refused.stderr


def test_a_client_whose_creation_was_not_answered_is_taken_over(fleet: Fleet, proxy: Proxy) -> None:
    fleet.declare(NAMES[0], "agent", "gated", "lost")
    proxy.after_write(r"POST .*/clients$", lambda: None)
    updating = ("up", "--yes", "--skip-preview", "--stack", NAMES[0])
    lost = fleet.scratch.pulumi(*updating, check=False)
    proxy.forward_all()
    again = fleet.scratch.pulumi(*updating, check=False)
    assert "409 Conflict" in again.stdout, lost.stdout
    failed = fleet.results("up", NAMES[0], "--yes")[NAMES[0]]
    assert failed["status"] == "failed"
    assert "The state now contains the server's changes" in failed["message"]
    fleet.require_converged()


def test_a_killed_pulumi_fails_its_tenant_only_and_the_next_run_completes_it(
    fleet: Fleet, proxy: Proxy
) -> None:
    fleet.require_converged()
    for name in NAMES:
        fleet.declare(name, "agent", "second")
    process = fleet.start("up", "--all", "--yes")
    proxy.after_write(
        rf"POST .*/{NAMES[0]}/clients$",
        lambda: processes.kill(
            update for update in processes.updates(process) if NAMES[0] in update.cmdline()
        ),
    )
    results = fleet.parsed(*process.communicate())
    proxy.forward_all()

    assert {name: result["status"] for name, result in results.items()} == ONE_FAILED, results
    assert "`pulumi up --stack kills-1` ended" in results[NAMES[0]]["message"]
    fleet.require_converged()


def outage(proxy: Proxy) -> None:
    """Refuse connections for a few seconds: Keycloak's provider tries some requests again after a second."""
    proxy.stop()
    restart = threading.Timer(OUTAGE_SECONDS, proxy.start)
    restart.daemon = True
    restart.start()


def test_a_server_that_stops_fails_its_tenants_only_and_the_next_run_completes_them(
    fleet: Fleet, proxy: Proxy
) -> None:
    fleet.require_converged()
    for name in NAMES:
        fleet.declare(name, "agent", "third")
    process = fleet.start("up", "--all", "--yes")
    # Keycloak has created the client, and nobody was told.
    proxy.after_write(rf"POST .*/{NAMES[0]}/clients$", lambda: outage(proxy))
    results = fleet.parsed(*process.communicate())
    proxy.forward_all()

    assert {name: result["status"] for name, result in results.items()} == ONE_FAILED, results
    client = f"{proxy.url}/admin/realms/{NAMES[0]}/clients"
    assert results[NAMES[0]]["message"] == (
        f'`pulumi up --stack {NAMES[0]}` failed: error sending request: Post "{client}": EOF. '
        "The state now contains the server's changes. Run the command again"
    )
    fleet.require_converged()
