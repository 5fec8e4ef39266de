"""Runs over tenants while something fails: the backend, its disk, or another run at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from flow_mcp.local.scratch_project import PulumiError
from tests.backends.backend import Backend, BackendProject
from tests.backends.files import Files
from tests.backends.postgresql import PostgreSql
from tests.engine.manual_fleet import OTHER, Fleet
from tests.faults import processes

# The first of two shards has b and t, and the third of three has t: a pipeline was changed from two to three.
NAMES = ("a", "b", "t")
SHARED = "t"
OVERLAPS = {
    "tenants": (("b", SHARED), (SHARED, "a")),
    "shards": (("--all", "--shard", "1/2"), ("--all", "--shard", "3/3")),
}
CLIENTS = {"tenants": OTHER, "shards": "2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9fa"}
PASSED = {"updated", "nothing-to-apply", "unchanged"}


def fleet_at(backend: Backend, directory: Path, *names: str) -> Fleet:
    """Return a fleet of updated tenants."""
    fleet = Fleet(backend, BackendProject.at(backend, directory, {}))
    for name in names:
        fleet.declare(name)
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(names, "updated")
    return fleet


def until(process: subprocess.Popen[str], reached: Callable[[str], bool]) -> str:
    """Return the output of a run until a line."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not reached(lines[-1]):
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate()
    return "".join(lines)


def is_update(line: str) -> bool:
    return '"phase": "update all"' in line


@pytest.fixture
def postgresql() -> Iterator[PostgreSql]:
    with PostgreSql() as server:
        yield server


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    directory = tmp_path / "disk"
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory], check=True)
    yield directory
    subprocess.run(["umount", directory], check=True)


def test_a_run_during_which_postgresql_stops_fails_and_the_next_run_completes_it(
    postgresql: PostgreSql, tmp_path: Path
) -> None:
    fleet = fleet_at(postgresql, tmp_path, "a", "b")
    for name in ("a", "b"):
        fleet.declare(name, OTHER)
    process = fleet.start("up", "--all", "--yes")
    until(process, is_update)
    postgresql.stop()
    stdout, stderr = process.communicate()

    assert process.returncode == 1
    results = fleet.parsed(stdout, stderr)
    assert {result["status"] for result in results.values()} == {"failed"}
    assert all("failed to ping PostgreSQL" in result["message"] for result in results.values()), results
    postgresql.start()
    assert {*fleet.statuses("up", "--all", "--yes").values()} <= PASSED
    assert [fleet.client(name) for name in ("a", "b")] == [OTHER, OTHER]
    assert postgresql.locks() == []


def test_a_full_disk_of_the_backend_loses_no_state(small_disk: Path, tmp_path: Path) -> None:
    backend = Files(small_disk / "state")
    backend.start()
    fleet = fleet_at(backend, tmp_path / "trial", "a")
    fleet.declare("a", OTHER)
    before = fleet.scratch.state_of("a")
    filler = small_disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    results = fleet.results("up", "--all", "--yes")

    assert results["a"]["status"] == "failed"
    assert "no space left on device" in str(results["a"]["message"])
    assert fleet.scratch.state_of("a") == before
    filler.unlink()
    # The lock that Pulumi could not write is empty.
    locked = fleet.results("up", "--all", "--yes")["a"]
    assert (locked["status"], "`pulumi cancel --stack a` removes the lock" in locked["message"]) == (
        "locked",
        True,
    )
    fleet.scratch.pulumi("cancel", "--yes", "--stack", "a")
    assert fleet.statuses("up", "--all", "--yes") == {"a": "updated"}
    assert (fleet.client("a"), fleet.backend.locks()) == (OTHER, [])


def test_a_killed_language_host_fails_its_tenant_and_the_others_are_updated(tmp_path: Path) -> None:
    backend = Files(tmp_path / "state")
    backend.start()
    fleet = fleet_at(backend, tmp_path / "trial", *NAMES)
    for name in NAMES:
        fleet.declare(name, OTHER)
    process = fleet.start("up", "--all", "--yes", "--workers", "1")
    deadline = time.monotonic() + 60
    while not processes.running(process, "preview"):
        assert time.monotonic() < deadline
    processes.kill(processes.language_hosts(process))
    results = fleet.parsed(*process.communicate())

    statuses = {name: result["status"] for name, result in results.items()}
    assert statuses == {"a": "failed", "b": "updated", SHARED: "updated"}
    assert "`pulumi preview --stack a` " in str(results["a"]["message"])
    assert {*fleet.statuses("up", "--all", "--yes").values()} <= PASSED
    assert [fleet.client(name) for name in NAMES] == [OTHER] * 3
    assert backend.locks() == []


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    directory = tmp_path_factory.mktemp("overlaps")
    backend = Files(directory / "state")
    backend.start()
    return fleet_at(backend, directory / "trial", *NAMES)


def test_the_empty_file_that_a_killed_pulumi_leaves_at_the_backend_blocks_no_run(fleet: Fleet) -> None:
    # Pulumi truncates this file before it writes it.
    states = Path(str(fleet.backend.environment["PULUMI_BACKEND_URL"]).removeprefix("file://"))
    (states / ".pulumi" / "stacks" / "flow-mcp" / "a.json.attrs").write_bytes(b"")
    with pytest.raises(PulumiError, match="error: EOF"):
        fleet.scratch.pulumi("stack", "ls")
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")


@pytest.mark.parametrize("overlap", OVERLAPS)
def test_two_runs_or_shards_that_share_a_tenant_at_the_same_time_apply_everything(
    overlap: str, fleet: Fleet
) -> None:
    client = CLIENTS[overlap]
    for name in NAMES:
        fleet.declare(name, client)
    runs = [fleet.start("up", *arguments, "--yes") for arguments in OVERLAPS[overlap]]
    outcomes = [dict(fleet.parsed(*run.communicate())) for run in runs]

    shared = [outcome.pop(SHARED) for outcome in outcomes]
    others = {name: result["status"] for outcome in outcomes for name, result in outcome.items()}
    assert others == dict.fromkeys(("a", "b") if overlap == "tenants" else ("b",), "updated")
    assert any(result["status"] == "updated" for result in shared), shared
    assert {result["status"] for result in shared} <= PASSED | {"locked", "failed"}, shared
    for result in shared:
        assert (
            result["status"] in PASSED
            or "locked by" in result["message"]
            or f"another update of {SHARED}" in result["message"]
            or "Somebody else changes this stack" in result["message"]
        ), shared
    assert {*fleet.statuses("up", "--all", "--yes").values()} <= PASSED
    assert [fleet.client(name) for name in NAMES] == [client] * 3
    assert fleet.backend.locks() == []
    assert fleet.statuses("up", "--all", "--yes") == dict.fromkeys(NAMES, "unchanged")


def test_a_creation_that_was_interrupted_at_a_server_without_a_search_fails_its_tenant_with_its_name(
    tmp_path: Path,
) -> None:
    backend = Files(tmp_path / "state")
    backend.start()
    fleet = fleet_at(backend, tmp_path / "trial", "a", "b")
    file = backend.directory / ".pulumi/stacks/flow-mcp/a.json"
    state = json.loads(file.read_bytes())
    kind = "azuread:index/application:Application"
    resource = {"urn": f"urn:pulumi:a::flow-mcp::{kind}::api", "custom": True, "type": kind, "inputs": {}}
    latest = state["checkpoint"]["latest"]
    latest["pending_operations"] = [{"type": "creating", "resource": resource}]
    latest["manifest"]["time"] = "2026-11-30T10:00:00Z"  # Pulumi writes it with each operation
    file.write_text(json.dumps(state), "utf-8")
    fleet.declare("b", OTHER)

    results = fleet.results("up", "--all", "--yes")

    assert {name: result["status"] for name, result in results.items()} == {"a": "failed", "b": "updated"}
    assert results["a"]["message"] == (
        "an update of a was killed while it created api, and Pulumi does not know whether the authorization "
        "server has created them. Look for them there, run `pulumi refresh --stack a` in a terminal, and "
        "answer its question for each"
    )
    after = json.loads(file.read_bytes())["checkpoint"]["latest"]
    assert [operation["resource"]["urn"] for operation in after["pending_operations"]] == [resource["urn"]]
    assert [entry["urn"] for entry in after["resources"]] == [entry["urn"] for entry in latest["resources"]]
