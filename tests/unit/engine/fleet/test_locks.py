"""Who holds a lock: the text is Pulumi's, and a lock is free only where that is certain."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from flow_mcp.engine.fleet.locks import Holder, free, holders, locked

HERE = socket.gethostname()
SAID = """error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or \
delete the lock file with `pulumi cancel`.
  file:///state/.pulumi/locks/organization/flow-mcp/acme/1.json: created by root@build-7 (pid 12) at \
2026-11-30T10:19:04Z
  file:///state/.pulumi/locks/organization/flow-mcp/acme/2.json: created by DOMAIN\\jane doe@laptop (pid 345) \
at 2026-11-30T10:20:00+01:00
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


def test_a_lock_is_free_only_if_all_its_holders_were_here_and_are_gone() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = Holder("root", HERE, ended.pid, "")
    elsewhere = Holder("root", f"not-{HERE}", ended.pid, "")
    assert (gone.gone, elsewhere.gone) == (True, False)
    assert free([gone])
    assert not free([gone, elsewhere])
    assert not free([])


def test_a_living_pulumi_holds_its_lock_and_a_number_used_again_does_not(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/cat")
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as living:
        assert living.stdin
        assert living.stdout
        living.stdin.write(b"started\n")
        living.stdin.flush()
        assert living.stdout.readline() == b"started\n"
        holder = Holder("root", HERE, living.pid, "")
        assert not free([holder])
        assert free([Holder("root", HERE, os.getpid(), "")])
        living.stdin.close()
        living.wait()
    assert free([holder])
