"""Holders of locks are read from Pulumi's message; their locks are removed only if they certainly exited."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from flow_mcp.engine.fleet.locks import (
    Holder,
    forget_updates,
    have_all_exited,
    holders,
    is_locked,
    left_updates,
    registered_process,
    running_updates,
    update_key,
)

HERE = socket.gethostname()
MESSAGE = """\
error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or \
delete the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/organization/flow-mcp/acme/1.json: created by root@build-7 (pid 12) at \
2026-11-30T10:19:04Z
  file:///state/.pulumi/locks/organization/flow-mcp/acme/2.json: created by DOMAIN\\jane doe@laptop (pid \
345) at 2026-11-30T10:20:00+01:00
"""


def test_all_holders_are_read_from_pulumis_message() -> None:
    found = holders(MESSAGE)
    assert found == (
        Holder("root", "build-7", 12, "2026-11-30T10:19:04Z"),
        Holder("DOMAIN\\jane doe", "laptop", 345, "2026-11-30T10:20:00+01:00"),
    )
    assert str(found[0]) == "root@build-7 (process 12, since 2026-11-30T10:19:04Z)"
    assert is_locked(MESSAGE)


def test_another_error_has_no_holders() -> None:
    assert holders("error: no stack named 'acme' found") == ()
    assert not is_locked("error: no stack named 'acme' found")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "flow-mcp" / "updates"


@dataclass(frozen=True)
class Started:
    """A process with its exit code; None while it runs."""

    pid: int
    code: int | None = None

    def poll(self) -> int | None:
        return self.code


def leave_registered(pid: int, update: str = "") -> None:
    """Register a process as a flow-mcp does that ends before the process."""
    with registered_process(Started(pid), update):
        pass


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    return ended.pid


def test_locks_can_be_removed_only_if_all_holders_were_started_here_and_have_exited() -> None:
    pid = ended_process()
    leave_registered(pid)
    exited = Holder("root", HERE, pid, "")
    elsewhere = Holder("root", f"not-{HERE}", pid, "")
    unregistered = Holder("root", HERE, pid + 1, "")
    assert [holder.has_exited for holder in (exited, elsewhere, unregistered)] == [True, False, False]
    assert have_all_exited([exited])
    assert not have_all_exited([exited, elsewhere])
    assert not have_all_exited([])


def test_a_process_of_another_container_with_the_same_host_name_is_not_ours(cache: Path) -> None:
    pid = ended_process()
    leave_registered(pid)
    file = cache / str(pid)
    file.write_text(file.read_text("utf-8").replace("pid:[", "pid:[9"), "utf-8")
    assert not Holder("root", HERE, pid, "").has_exited


def test_a_running_pulumi_holds_its_lock_and_another_program_with_a_reused_id_does_not(
    tmp_path: Path,
) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/cat")
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as living:
        assert living.stdin
        assert living.stdout
        living.stdin.write(b"started\n")
        living.stdin.flush()
        assert living.stdout.readline() == b"started\n"
        acme, globex = (update_key(tmp_path, name) for name in ("acme", "globex"))
        for pid, update in ((living.pid, acme), (os.getpid(), globex)):
            leave_registered(pid, update)
        assert running_updates([acme, globex]) == {acme: living.pid}
        assert running_updates([globex, update_key(tmp_path / "elsewhere", "acme"), ""]) == {}
        assert left_updates([acme, globex]) == {globex}
        for update in (acme, globex):
            forget_updates(update)
        assert (running_updates([acme]), [*left_updates([acme, globex])]) == ({acme: living.pid}, [])
        leave_registered(os.getpid(), globex)
        holder = Holder("root", HERE, living.pid, "")
        assert (holder.is_ours, holder.has_exited) == (True, False)
        assert Holder("root", HERE, os.getpid(), "").has_exited
        living.stdin.close()
        living.wait()
    assert have_all_exited([holder])
    assert running_updates([acme]) == {}


@pytest.mark.parametrize(
    ("code", "remains", "killed"),
    [(0, False, False), (1, True, False), (-9, True, True), (None, True, True)],
)
def test_only_a_process_that_succeeded_has_certainly_released_its_lock(
    code: int | None, remains: bool, killed: bool, cache: Path
) -> None:
    with registered_process(Started(5, code), "acme"):
        assert (cache / "5").exists()
    assert (cache / "5").exists() is remains
    assert Holder("root", HERE, 5, "").is_ours is remains
    assert ("acme" in left_updates(["acme"])) is killed


def test_entries_of_old_processes_are_removed(cache: Path) -> None:
    leave_registered(1)
    leave_registered(2)
    os.utime(cache / "1", (0, 0))
    with registered_process(Started(3)):
        assert sorted(file.name for file in cache.iterdir()) == ["2", "3"]
