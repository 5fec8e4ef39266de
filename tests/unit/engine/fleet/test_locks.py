"""Who holds a lock: the text is Pulumi's, and a lock is free only where that is certain."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flow_mcp.engine.fleet.locks import Holder, free, holders, locked, remembered, running, update_of

HERE = socket.gethostname()
SAID = """error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or \
delete the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/organization/flow-mcp/acme/1.json: created by root@build-7 (pid 12) at \
2026-11-30T10:19:04Z
  file:///state/.pulumi/locks/organization/flow-mcp/acme/2.json: created by DOMAIN\\jane doe@laptop (pid \
345) at 2026-11-30T10:20:00+01:00
"""


def test_all_holders_are_read_from_what_pulumi_says() -> None:
    found = holders(SAID)
    assert found == (
        Holder("root", "build-7", 12, "2026-11-30T10:19:04Z"),
        Holder("DOMAIN\\jane doe", "laptop", 345, "2026-11-30T10:20:00+01:00"),
    )
    assert str(found[0]) == "root@build-7 (process 12, since 2026-11-30T10:19:04Z)"
    assert locked(SAID)


def test_another_error_has_no_holders() -> None:
    assert holders("error: no stack named 'acme' found") == ()
    assert not locked("error: no stack named 'acme' found")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "flow-mcp" / "updates"


def left_behind(pid: int, cache: Path, update: str = "") -> None:
    """As if we had started this process and had been killed."""
    with remembered(pid, update):
        content = (cache / str(pid)).read_bytes()
    assert not (cache / str(pid)).exists()
    (cache / str(pid)).write_bytes(content)


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    return ended.pid


def test_a_lock_is_free_only_if_all_its_holders_were_ours_here_and_are_gone(cache: Path) -> None:
    pid = ended_process()
    left_behind(pid, cache)
    gone = Holder("root", HERE, pid, "")
    elsewhere = Holder("root", f"not-{HERE}", pid, "")
    somebodys = Holder("root", HERE, pid + 1, "")
    assert [each.gone for each in (gone, elsewhere, somebodys)] == [True, False, False]
    assert free([gone])
    assert not free([gone, elsewhere])
    assert not free([])


def test_a_process_of_another_container_with_this_name_is_not_ours(cache: Path) -> None:
    pid = ended_process()
    left_behind(pid, cache)
    file = cache / str(pid)
    file.write_text(file.read_text("utf-8").replace("pid:[", "pid:[9"), "utf-8")
    assert not Holder("root", HERE, pid, "").gone


def test_a_living_pulumi_holds_its_lock_and_a_number_used_again_does_not(tmp_path: Path, cache: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/cat")
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as living:
        assert living.stdin
        assert living.stdout
        living.stdin.write(b"started\n")
        living.stdin.flush()
        assert living.stdout.readline() == b"started\n"
        acme, globex = (update_of(tmp_path, name) for name in ("acme", "globex"))
        for pid, update in ((living.pid, acme), (os.getpid(), globex)):
            left_behind(pid, cache, update)
        assert running([acme, globex]) == {acme: living.pid}
        assert running([globex, update_of(tmp_path / "elsewhere", "acme"), ""]) == {}
        holder = Holder("root", HERE, living.pid, "")
        assert (holder.ours, holder.gone) == (True, False)
        assert Holder("root", HERE, os.getpid(), "").gone
        living.stdin.close()
        living.wait()
    assert free([holder])
    assert running([acme]) == {}


def test_what_was_remembered_long_ago_is_forgotten(cache: Path) -> None:
    left_behind(1, cache)
    left_behind(2, cache)
    os.utime(cache / "1", (0, 0))
    with remembered(3):
        assert sorted(file.name for file in cache.iterdir()) == ["2", "3"]
