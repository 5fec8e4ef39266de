"""Runs over tenants of a real Keycloak: only changed tenants are updated, also after a killed run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.live.command import flow_mcp
from tests.live.drifting import RealmByHand

SAMPLE = (REPOSITORY / "stacks" / "Pulumi.globex.yaml").read_text(encoding="utf-8")
NAMES = ("fleet-1", "fleet-2")
REDIRECT, OTHER = "https://portal.globex.example/oauth/callback", "https://portal.globex.example/other"


class Fleet:
    """Two tenants, each with a realm of its own."""

    def __init__(self, scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> None:
        self.scratch, self.keycloak, self.admin = scratch, keycloak, admin

    def declare(self, name: str, redirect: str = REDIRECT) -> None:
        own = SAMPLE.replace("id: globex", f"id: {name}").replace("name: globex", f"name: {name}")
        here = own.replace("http://127.0.0.1:8180", self.keycloak.url)
        self.scratch.declare(name, here.replace(REDIRECT, redirect))

    def statuses(self, *arguments: str) -> dict[str, str]:
        process = flow_mcp(self.scratch, *arguments, "--json")
        assert process.returncode == 0, process.stdout + process.stderr
        assert self.keycloak.admin_password not in process.stdout + process.stderr
        summary = json.loads(process.stdout.splitlines()[-1])
        return {item["tenant"]: item["status"] for item in summary["tenants"]}

    def clients(self) -> Mapping[str, list[str]]:
        """Return the redirect URIs of each tenant's portal at Keycloak."""
        return {name: self._portal(name)["redirectUris"] for name in NAMES}

    def _portal(self, name: str) -> Any:
        (portal,) = (
            item
            for item in self.admin.get(f"{name}/clients").json()
            if item["clientId"] == f"flow-mcp-{name}-portal"
        )
        return portal

    def scopes(self, name: str) -> list[str]:
        return sorted(item["name"] for item in self.admin.get(f"{name}/client-scopes").json())

    def states(self) -> Mapping[str, bytes]:
        directory = self.scratch.state / ".pulumi" / "stacks" / "flow-mcp"
        return {name: (directory / f"{name}.json").read_bytes() for name in NAMES}

    def drift(self, **environment: str) -> tuple[int, dict[str, int | str]]:
        """Return the exit code of `status --drift`, and the drift by tenant."""
        process = flow_mcp(self.scratch, "status", "--drift", "--json", environment=environment)
        assert self.keycloak.admin_password not in process.stdout + process.stderr
        return process.returncode, {item["stack"]: item["drift"] for item in json.loads(process.stdout)}

    def locks(self) -> list[Path]:
        return list(self.scratch.state.rglob("locks/**/*.json"))


@pytest.fixture(scope="module")
def fleet(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Fleet]:
    fleet = Fleet(module_scratch, keycloak, admin)
    for name in NAMES:
        fleet.declare(name)
    yield fleet
    fleet.statuses("destroy", "--all", *(word for name in NAMES for word in ("--yes", name)))
    assert {*NAMES}.isdisjoint(realm["realm"] for realm in admin.get("").json())


def test_only_changed_tenants_are_updated_and_the_next_run_completes_a_killed_one(fleet: Fleet) -> None:
    first = fleet.statuses("up", "--all", "--yes", "--canary", "fleet-2", "--verify")
    assert first == dict.fromkeys(NAMES, "updated")
    states, scopes = fleet.states(), fleet.scopes("fleet-1")

    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")
    assert fleet.states() == states

    fleet.declare("fleet-2", OTHER)
    assert fleet.statuses("up", "--all", "--yes") == {
        "fleet-1": "unchanged",
        "fleet-2": "updated",
    }
    assert fleet.clients() == {"fleet-1": [REDIRECT], "fleet-2": [OTHER]}
    after = fleet.states()
    assert [name for name in NAMES if after[name] != states[name]] == ["fleet-2"]

    fleet.declare("fleet-1", OTHER)
    fleet.declare("fleet-2", REDIRECT)
    _kill_during_update(fleet)
    assert set(fleet.statuses("up", "--all", "--yes").values()) <= {"updated", "nothing-to-apply"}

    assert fleet.clients() == {"fleet-1": [OTHER], "fleet-2": [REDIRECT]}
    assert [fleet.scopes(name) for name in NAMES] == [
        [scope.replace("fleet-1", name) for scope in scopes] for name in NAMES
    ]
    assert fleet.locks() == []
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")
    refreshed = flow_mcp(fleet.scratch, "refresh", "--all", "--json")
    summary = json.loads(refreshed.stdout.splitlines()[-1])
    assert [item["operations"] for item in summary["tenants"]] == [{}, {}]


def test_status_counts_the_resources_that_changed_at_keycloak_and_up_alone_keeps_them(fleet: Fleet) -> None:
    for name in NAMES:
        fleet.declare(name)
    assert set(fleet.statuses("up", "--all", "--yes").values()) <= {"updated", "unchanged"}
    realm = RealmByHand(fleet.admin, "fleet-1")
    realm.change_client("portal", redirectUris=[REDIRECT, OTHER])
    states = fleet.states()

    assert fleet.drift() == (0, {"fleet-1": 1, "fleet-2": 0})
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")
    assert (fleet.states(), fleet.clients()["fleet-1"]) == (states, [REDIRECT, OTHER])

    assert fleet.statuses("refresh", "--all") == dict.fromkeys(NAMES, "refreshed")
    assert fleet.statuses("up", "--all", "--yes") == {"fleet-1": "updated", "fleet-2": "unchanged"}
    assert fleet.clients() == {name: [REDIRECT] for name in NAMES}
    assert fleet.drift() == (0, dict.fromkeys(NAMES, 0))


def test_status_reports_a_tenant_whose_drift_cannot_be_determined(fleet: Fleet) -> None:
    code, drift = fleet.drift(KEYCLOAK_PASSWORD="not-the-password")
    reason = "`pulumi refresh --preview-only --stack {}` failed; run it to see the reason"
    assert (code, drift) == (1, {name: reason.format(name) for name in NAMES})


def _kill_during_update(fleet: Fleet) -> None:
    """Kill flow-mcp when Pulumi has locked a tenant; Pulumi continues."""
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("flow-mcp")), "up", "--all", "--yes", "--json"],
        cwd=fleet.scratch.project.directory,
        env=fleet.scratch.environment(),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        while '"phase": "update all"' not in process.stdout.readline():
            assert process.poll() is None
        while not fleet.locks():
            assert process.poll() is None
        process.kill()
        process.wait()
    assert fleet.locks()
