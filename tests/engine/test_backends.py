"""Runs over tenants on the real engine at each state backend: PostgreSQL, S3 (MinIO) and files.

These tenants need no authorization server: an administrator registers their clients by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from flow_mcp.engine.fleet.records import STACK
from flow_mcp.engine.stacks import Stacks
from tests.backends.backend import Backend, BackendProject
from tests.backends.files import Files
from tests.backends.postgresql import PostgreSql
from tests.backends.s3 import S3
from tests.engine.manual_fleet import OTHER, Fleet
from tests.live.command import flow_mcp

NAMES = ("a", "b")
PASSED = {"updated", "nothing-to-apply", "unchanged"}
# Locks and `destroy` at files are in test_fleet.py.
REMOTE = ("postgresql", "s3")


@pytest.fixture(scope="module", params=[*REMOTE, "file"])
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two updated tenants, at each backend in turn."""
    directory: Path = tmp_path_factory.mktemp("trial")
    backends: Mapping[str, Callable[[], Backend]] = {
        "postgresql": PostgreSql,
        "s3": lambda: S3(directory / "minio"),
        "file": lambda: Files(directory / "files"),
    }
    with backends[request.param]() as backend:
        fleet = Fleet(backend, BackendProject.at(backend, directory / "copy", {}))
        for name in NAMES:
            fleet.declare(name)
        assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "updated")
        yield fleet


def test_the_records_are_at_the_backend_and_a_second_run_skips_all_tenants(fleet: Fleet) -> None:
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")
    listed = flow_mcp(fleet.scratch, "status", "--json")
    assert [(tenant["stack"], tenant["reason"]) for tenant in json.loads(listed.stdout)] == [
        (name, "unchanged") for name in NAMES
    ]
    stacks = [key for key in fleet.backend.keys() if key.startswith(".pulumi/stacks/") and "bak" not in key]  # noqa: SIM118
    assert [Path(key).name.partition(".")[0] for key in stacks] == [*NAMES, STACK]
    assert fleet.backend.locks() == []


def test_a_stack_read_by_itself_is_the_same_as_in_the_list(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in fleet.scratch.environment().items():
        monkeypatch.setenv(name, value)
    stacks = Stacks.of(fleet.scratch.project)
    listed = stacks.list_stacks()
    assert [*listed] == [*NAMES, STACK]
    assert {name: stacks.listed_stack(name) for name in listed} == listed
    assert stacks.listed_stack("missing") is None
    # The list of a directory is read from its files, and is the same as Pulumi's.
    monkeypatch.setattr("flow_mcp.engine.stacks.listed_in_files", lambda *_: None)
    assert stacks.list_stacks() == listed
    assert {name: stacks.listed_stack(name) for name in listed} == listed


@pytest.mark.parametrize("fleet", REMOTE, indirect=True)
def test_a_lock_of_another_machine_fails_its_tenant_and_is_kept(fleet: Fleet) -> None:
    for name in NAMES:
        fleet.declare(name, OTHER)
    fleet.backend.lock("b", "build-7", 12)

    results = fleet.results("up", "--all", "--yes")

    assert {name: result["status"] for name, result in results.items()} == {"a": "updated", "b": "locked"}
    assert "locked by jane@build-7 (process 12, since 2026-11-30T10:00:00Z)" in results["b"]["message"]
    assert len(fleet.backend.locks()) == 1
    fleet.scratch.pulumi("cancel", "--yes", "--stack", "b")
    assert fleet.statuses("up", "--all", "--yes") == {"a": "unchanged", "b": "updated"}


def test_a_restored_backup_needs_no_change(fleet: Fleet, tmp_path: Path) -> None:
    assert {*fleet.statuses("up", "--all", "--yes").values()} <= PASSED
    saved, states = fleet.backend.keys(), {name: fleet.scratch.state_of(name) for name in NAMES}
    fleet.backend.dump(tmp_path)
    fleet.scratch.pulumi("stack", "rm", "--force", "--yes", "--preserve-config", "--stack", "a")
    fleet.scratch.pulumi("stack", "rm", "--force", "--yes", "--stack", STACK)

    fleet.backend.restore(tmp_path)

    assert fleet.backend.keys() == saved
    assert {name: fleet.scratch.state_of(name) for name in NAMES} == states
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")
    forced = fleet.results("up", "--all", "--yes", "--force")
    assert {result["status"] for result in forced.values()} == {"nothing-to-apply"}


@pytest.mark.parametrize("fleet", REMOTE, indirect=True)
def test_destroy_leaves_empty_stacks_at_the_backend(fleet: Fleet) -> None:
    assert fleet.statuses("destroy", "a", "--yes", "a") == {"a": "destroyed"}
    assert fleet.scratch.state_of("a")["deployment"].get("resources", []) == []
    assert fleet.statuses("up", "--all", "--yes")["a"] == "updated"
