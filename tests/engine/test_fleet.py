"""Runs over tenants on the real engine with a file backend.

These tenants need no authorization server: an administrator registers their clients by hand.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.engine.fleet.locks import registered_process, update_key
from flow_mcp.engine.fleet.records import STACK
from flow_mcp.engine.project import Project
from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.faults import processes
from tests.live.command import flow_mcp

SAMPLE = (REPOSITORY / "stacks" / "Pulumi.northwind.yaml").read_text(encoding="utf-8")
NAMES = ("a-1", "a-2", "b-1")
AS_OF = ("--as-of", "2026-11-25")
CLIENT, OTHER = "2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9f8", "2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9f9"


def declaration(name: str, client: str = CLIENT) -> str:
    own = SAMPLE.replace("id: northwind", f"id: {name}")
    return own.replace("flow.northwind.example", f"{name}.northwind.example").replace(CLIENT, client)


class Fleet:
    """Three updated and recorded tenants."""

    def __init__(self, scratch: ScratchProject) -> None:
        self.scratch = scratch
        self.declared: dict[str, str] = {}

    def declare(self, name: str, client: str | None = None) -> None:
        """Declare a tenant with a client ID; default: the current one."""
        self.declared[name] = client or self.declared[name]
        self.scratch.declare(name, declaration(name, self.declared[name]))

    def change(self, name: str) -> str:
        """Declare another client ID, and return it."""
        self.declare(name, OTHER if self.declared[name] == CLIENT else CLIENT)
        return self.declared[name]

    def run(self, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """Return the exit code, the summary and standard error."""
        process = flow_mcp(self.scratch, *arguments, *AS_OF, "--json")
        assert "Traceback" not in process.stderr
        lines = process.stdout.splitlines()
        return process.returncode, json.loads(lines[-1]) if lines else {}, process.stderr

    def statuses(self, *arguments: str) -> dict[str, str]:
        _, summary, stderr = self.run(*arguments)
        assert summary, stderr
        return {result["tenant"]: result["status"] for result in summary["tenants"]}

    def reasons(self) -> dict[str, str]:
        process = flow_mcp(self.scratch, "status", "--json")
        assert process.returncode == 0, process.stderr
        return {tenant["stack"]: tenant["reason"] for tenant in json.loads(process.stdout)}

    def states(self) -> Mapping[str, bytes]:
        """Return the bytes of the tenants' states."""
        directory = self.scratch.state / ".pulumi" / "stacks" / "flow-mcp"
        return {name: (directory / f"{name}.json").read_bytes() for name in NAMES}

    def save(self) -> None:
        """Copy the backend and the program with the tenants' files, for `restore`."""
        for directory in self._directories():
            shutil.copytree(directory, self._saved(directory))

    def restore(self) -> None:
        """Undo all changes since `save`."""
        for directory in self._directories():
            shutil.rmtree(directory)
            shutil.copytree(self._saved(directory), directory)
        self.declared = dict.fromkeys(NAMES, CLIENT)

    def _directories(self) -> tuple[Path, Path]:
        return self.scratch.state, self.scratch.project.directory / "stacks"

    def _saved(self, directory: Path) -> Path:
        return self.scratch.directory / "saved" / directory.name

    def client(self, name: str) -> str:
        return str(self.scratch.outputs(name)["clientIds"]["nightly-agent"])

    def lock(self, name: str, host: str, pid: int) -> Path:
        """Write a lock of a tenant as Pulumi does for a process."""
        file = self.scratch.state / ".pulumi" / "locks" / "organization" / "flow-mcp" / name / "1.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        held = {"pid": pid, "username": "jane", "hostname": host, "timestamp": "2026-11-30T10:00:00Z"}
        file.write_text(json.dumps(held), encoding="utf-8")
        return file

    def locks(self) -> list[Path]:
        return list(self.scratch.state.rglob("locks/**/*.json"))


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    scratch = ScratchProject.prepare(Project(REPOSITORY), tmp_path_factory.mktemp("trial"), {})
    fleet = Fleet(scratch)
    for name in NAMES:
        fleet.declare(name, CLIENT)
    code, summary, stderr = fleet.run("up", "--all", "--yes", "--canary", "b-*", "--waves", "50")
    assert code == 0, stderr
    assert summary["counts"] == {"updated": 3}
    order = [line.split()[3].rstrip(":") for line in stderr.splitlines() if ": updated" in line]
    assert order == ["b-1", "a-1", "a-2"]
    fleet.save()
    return fleet


@pytest.fixture
def fleet(applied: Fleet) -> Fleet:
    """Return the same tenants, updated and recorded."""
    applied.restore()
    return applied


def test_a_second_run_changes_no_tenant_and_the_records_are_not_a_tenant(fleet: Fleet) -> None:
    before = fleet.states()
    code, summary, _ = fleet.run("up", "--all", "--yes")
    assert (code, summary["counts"]) == (0, {"unchanged": 3})
    assert fleet.states() == before
    assert fleet.reasons() == dict.fromkeys(NAMES, "unchanged")
    assert fleet.scratch.project.stacks() == NAMES
    shown = flow_mcp(fleet.scratch, "list", "--json")
    assert [result["stack"] for result in json.loads(shown.stdout)] == list(NAMES)


def test_an_invalid_file_and_a_policy_stop_only_their_own_tenants(fleet: Fleet) -> None:
    before = fleet.states()
    client = fleet.change("a-1")
    waiver = 'waivers: {FLOWMCP-018: {reason: old, acceptedBy: nobody, expires: "2026-12-01"}}'
    fleet.scratch.declare("a-2", declaration("a-2").replace("    id:", f"    {waiver}\n    id:"))
    fleet.scratch.declare("b-1", declaration("b-1").replace("access:", "acess:"))

    code, summary, stderr = fleet.run("up", "--all", "--yes", "--max-failures", "1")

    results = {result["tenant"]: result for result in summary["tenants"]}
    assert code == 1, stderr
    assert {name: result["status"] for name, result in results.items()} == {
        "a-1": "updated",
        "a-2": "blocked",
        "b-1": "failed",
    }
    assert "FLOWMCP-000: waivers.FLOWMCP-018" in results["a-2"]["message"]
    assert "Pulumi.b-1.yaml:" in results["b-1"]["message"]
    assert fleet.client("a-1") == client
    after = fleet.states()
    assert [name for name in NAMES if before[name] != after[name]] == ["a-1"]
    for name in NAMES:
        fleet.declare(name)
    assert fleet.reasons() == dict.fromkeys(NAMES, "unchanged")


def test_a_tenant_with_an_update_or_failed_update_by_another_command_is_not_skipped(fleet: Fleet) -> None:
    fleet.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "a-1")
    program = fleet.scratch.project.directory / "stacks" / "__main__.py"
    text = program.read_text("utf-8")
    program.write_text("raise SystemExit(1)\n", "utf-8")
    failed = fleet.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "a-2", check=False)
    program.write_text(text, "utf-8")

    assert failed.returncode != 0
    assert fleet.reasons() == {"a-1": "updated-by-others", "a-2": "updated-by-others", "b-1": "unchanged"}
    assert fleet.statuses("up", "--all", "--yes") == {
        "a-1": "nothing-to-apply",
        "a-2": "nothing-to-apply",
        "b-1": "unchanged",
    }
    assert fleet.reasons() == dict.fromkeys(NAMES, "unchanged")


FAILING = """\
import pulumi

from flow_mcp.authorization_servers.stack_program import run

run()
pulumi.export("extra", "1")
if not pulumi.runtime.is_dry_run() and pulumi.get_stack() == "a-1":
    raise pulumi.RunError("the server is on fire")
"""


def test_a_tenant_whose_update_failed_is_updated_by_the_next_run(fleet: Fleet) -> None:
    program = fleet.scratch.project.directory / "stacks" / "__main__.py"
    text = program.read_text("utf-8")
    # The previews succeed, and the update of one tenant fails.
    program.write_text(FAILING, "utf-8")
    code, summary, stderr = fleet.run("up", "--all", "--yes")
    results = {result["tenant"]: result for result in summary["tenants"]}
    program.write_text(text, "utf-8")

    assert (code, results["a-1"]["status"]) == (1, "failed"), stderr
    assert "the server is on fire" in results["a-1"]["message"]
    assert (results["a-2"]["status"], results["b-1"]["status"]) == ("updated", "updated")
    assert results["a-2"]["operations"] == {"outputs": 1}
    assert fleet.reasons()["a-1"] in {"not-recorded", "updated-by-others"}


def test_a_run_with_too_many_deletions_is_refused_with_their_number_and_changes_nothing(
    fleet: Fleet,
) -> None:
    before = fleet.states()
    fleet.change("a-2")
    external = """\
config:
  flow-mcp:tenant:
    id: a-1
    workspaces:
      "8": {environments: [production]}
    authorizationServer:
      external:
        authority: https://id.northwind.example
        resources: {8/production: {scopes: [flow]}}
        tokens: {person: [{claim: sid, must: present}]}
    manualRegistrations:
      nightly-agent: {clientId: agent, access: ["8/production"]}
"""
    fleet.scratch.declare("a-1", external)

    code, summary, stderr = fleet.run("up", "--all", "--yes", "--max-deletions", "0", "--max-tenants", "2")
    assert (code, summary["counts"]) == (4, {"not-started": 2, "unchanged": 1}), stderr
    assert "the run would make 1 deletions (a-1 1), and --max-deletions is 0" in stderr
    code, _, stderr = fleet.run("up", "--all", "--yes", "--max-tenants", "1")
    assert (code, "the run would make 2 tenants, and --max-tenants is 1" in stderr) == (4, True)
    assert fleet.states() == before


def test_a_lock_of_another_machine_fails_its_tenant_and_a_locked_canary_ends_the_run(fleet: Fleet) -> None:
    before = fleet.states()
    for name in NAMES:
        fleet.change(name)
    held = fleet.lock("b-1", "build-7", 12)

    code, summary, _ = fleet.run("up", "--all", "--yes", "--canary", "b-1")

    results = {result["tenant"]: result for result in summary["tenants"]}
    assert (code, summary["counts"]) == (4, {"locked": 1, "not-started": 2})
    assert "locked by jane@build-7 (process 12, since 2026-11-30T10:00:00Z)" in results["b-1"]["message"]
    assert summary["refusal"] == "the run ended: 1 tenant failed, and --max-failures is 0"
    assert (held.exists(), fleet.states()) == (True, before)
    fleet.scratch.pulumi("cancel", "--yes", "--stack", "b-1")
    assert fleet.statuses("up", "b-1", "--yes") == {"b-1": "updated"}


def lock_of_killed_update(fleet: Fleet, name: str, update: str = "") -> Path:
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as killed,
        registered_process(killed, update),
    ):
        killed.kill()
    return fleet.lock(name, socket.gethostname(), killed.pid)


def test_the_lock_of_a_killed_update_of_this_machine_is_removed(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    held = lock_of_killed_update(fleet, "a-1")
    client = fleet.change("a-1")
    assert fleet.statuses("up", "a-1", "--yes") == {"a-1": "updated"}
    assert (held.exists(), fleet.client("a-1")) == (False, client)


def test_the_lock_of_an_update_that_was_killed_at_its_end_is_removed_although_nothing_changes(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    held = lock_of_killed_update(fleet, "a-1", update_key(fleet.scratch.project.directory, "a-1"))
    assert fleet.statuses("up", "a-1", "--yes", "--force") == {"a-1": "nothing-to-apply"}
    assert not held.exists()
    assert fleet.statuses("up", "a-1", "--yes") == {"a-1": "unchanged"}


def start(fleet: Fleet, *arguments: str, until: Callable[[str], bool]) -> subprocess.Popen[str]:
    """Start a run, and return it after a certain line of its output."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("flow-mcp")), *arguments, *AS_OF, "--json"],
        cwd=fleet.scratch.project.directory,
        env=fleet.scratch.environment(),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    while not until(process.stdout.readline()):
        assert process.poll() is None
    return process


def wait_for_processes(directory: Path) -> None:
    deadline = time.monotonic() + 120
    while remaining := processes.running_in(directory):
        assert time.monotonic() < deadline, remaining


def test_a_ctrl_c_releases_the_locks_and_the_next_run_continues(fleet: Fleet) -> None:
    clients = [fleet.change(name) for name in NAMES]
    process = start(
        fleet, "up", "--all", "--yes", "--workers", "1", until=lambda line: '"phase": "update all"' in line
    )
    process.send_signal(signal.SIGINT)
    printed, stderr = process.communicate(timeout=120)

    summary = json.loads(printed.splitlines()[-1])
    assert (process.returncode, summary["exitCode"]) == (130, 130), stderr
    assert "Finishing running steps" in stderr
    assert summary["counts"]["not-started"] >= 2
    assert fleet.locks() == []
    wait_for_processes(fleet.scratch.project.directory)
    statuses = fleet.statuses("up", "--all", "--yes")
    assert set(statuses.values()) <= {"updated", "nothing-to-apply", "unchanged"}
    assert [fleet.client(name) for name in NAMES] == clients


def test_a_run_during_which_the_program_changes_records_no_tenant(fleet: Fleet) -> None:
    fleet.change("a-1")
    note = fleet.scratch.project.directory / "stacks" / "note.txt"
    process = start(fleet, "up", "a-1", "--yes", until=lambda line: '"ended"' in line and '"preview"' in line)
    note.write_text("changed", "utf-8")
    printed, stderr = process.communicate(timeout=120)
    note.unlink()

    assert process.returncode == 0
    assert "changed during the run" in stderr, printed
    assert fleet.reasons()["a-1"] == "not-recorded"


def test_destroy_requires_each_tenants_name_and_deletes_only_that_tenant(fleet: Fleet) -> None:
    before = fleet.states()
    for arguments, message in (
        (("a-1", "a-2", "--yes", "a-1"), "as in --yes a-2"),
        (("--select", "a-*", "--yes", "a-*"), "--yes a-*: this tenant is not selected"),
        (("a-1", "--yes", "b-1"), "--yes b-1: this tenant is not selected"),
    ):
        code, _, stderr = fleet.run("destroy", *arguments)
        assert (code, message in stderr) == (2, True), stderr
    code, _, stderr = fleet.run("destroy", "a-1", "--yes", "a-1", "--max-deletions", "2")
    assert (code, "3 deletions (a-1 3), and --max-deletions is 2" in stderr) == (4, True), stderr
    assert fleet.states() == before

    code, summary, stderr = fleet.run("destroy", "a-1", "--yes", "a-1")
    assert (code, summary["tenants"][0]["operations"]) == (0, {"delete": 3}), stderr
    assert fleet.states()["a-2"] == before["a-2"]
    assert json.loads(fleet.states()["a-1"])["checkpoint"]["latest"].get("resources", []) == []
    assert fleet.reasons() == {"a-1": "not-recorded", "a-2": "unchanged", "b-1": "unchanged"}
    assert fleet.statuses("up", "a-1", "--yes") == {"a-1": "updated"}


def test_a_refresh_without_drift_keeps_the_record(fleet: Fleet) -> None:
    code, summary, stderr = fleet.run("refresh", "a-1", "a-2")
    assert (code, summary["counts"]) == (0, {"refreshed": 2}), stderr
    assert [result["operations"] for result in summary["tenants"]] == [{}, {}]
    assert fleet.reasons() == dict.fromkeys(NAMES, "unchanged")


def test_a_preview_creates_no_stack_for_a_new_tenant_and_up_does(fleet: Fleet) -> None:
    process = flow_mcp(fleet.scratch, "init", "c-1", "--workspace", "8=production", "--server", "flow-entra")
    assert process.returncode == 2
    assert "flowEntra" in process.stderr
    fleet.scratch.declare("c-1", declaration("c-1"))
    file = fleet.scratch.project.stack_file("c-1")
    try:
        assert fleet.statuses("preview", "c-1") == {"c-1": "new"}
        assert not (fleet.scratch.state / ".pulumi" / "stacks" / "flow-mcp" / "c-1.json").exists()
        assert fleet.statuses("up", "c-1", "--yes") == {"c-1": "updated"}
        # The salt that Pulumi writes into the file is not a change.
        assert "encryptionsalt" in file.read_text("utf-8")
        assert fleet.reasons()["c-1"] == "unchanged"
    finally:
        file.unlink()


def test_unreadable_records_make_every_tenant_run(fleet: Fleet) -> None:
    state = json.loads(fleet.scratch.pulumi("stack", "export", "--stack", STACK).stdout)
    assert os.environ.get("PULUMI_CONFIG_PASSPHRASE") is None
    state["deployment"]["resources"][0]["outputs"]["records"]["format"] = 2
    file = fleet.scratch.directory / "records.json"
    file.write_text(json.dumps(state), "utf-8")
    fleet.scratch.pulumi("stack", "import", "--stack", STACK, "--file", str(file))
    assert fleet.reasons() == dict.fromkeys(NAMES, "not-recorded")
