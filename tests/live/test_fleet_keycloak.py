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

    def locks(self) -> list[Path]:
        return list(self.scratch.state.rglob("locks/**/*.json"))


@pytest.fixture
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
