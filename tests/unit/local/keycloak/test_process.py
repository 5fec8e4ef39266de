from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flow_mcp.local.keycloak import process
from tests.unit.local.keycloak.fakes import wait_until

_READY = "print('ready', flush=True); "
_UNRESPONSIVE = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_READY}time.sleep(600)"
_COOPERATIVE = f"import time; {_READY}time.sleep(600)"


_PS = Path("/bin/ps")


@pytest.fixture(autouse=True, params=["proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source of identities: /proc on Linux, `ps` on other systems; most Linux machines have both."""
    if request.param == "ps":
        if not _PS.exists():
            pytest.skip(f"this machine has no {_PS}")
        monkeypatch.setattr(process, "_HAS_PROC", False)


class Started:
    def __init__(self, script: str, log: Path) -> None:
        self.pid = process.spawn([sys.executable, "-c", script], {}, log)
        identity = process.identity(self.pid)
        assert identity
        self.identity = identity
        wait_until(lambda: "ready" in log.read_text())

    def end(self, reports: list[str], patience: float = 30) -> bool:
        return process.end(self.pid, self.identity, patience=patience, report=reports.append)


@pytest.fixture
def cooperative(tmp_path: Path) -> Iterator[Started]:
    """A process that ends after SIGTERM."""
    started = Started(_COOPERATIVE, tmp_path / "log")
    yield started
    started.end([])


@pytest.fixture
def unresponsive(tmp_path: Path) -> Started:
    """A process that ignores SIGTERM."""
    return Started(_UNRESPONSIVE, tmp_path / "log")


def test_a_server_ends_after_sigterm(cooperative: Started) -> None:
    reports: list[str] = []
    assert cooperative.end(reports)
    assert not process.runs(cooperative.pid, cooperative.identity)
    assert reports == []


def test_a_server_that_ignores_sigterm_is_killed(unresponsive: Started) -> None:
    reports: list[str] = []
    assert not unresponsive.end(reports, patience=0.3)
    assert not process.runs(unresponsive.pid, unresponsive.identity)
    assert len(reports) == 1


def test_a_later_process_with_the_same_id_is_not_ended(cooperative: Started) -> None:
    assert process.end(cooperative.pid, "an earlier process", patience=0, report=print)
    assert process.runs(cooperative.pid, cooperative.identity)


def test_an_unused_id_has_no_identity(cooperative: Started) -> None:
    cooperative.end([])
    assert process.identity(cooperative.pid) is None


def test_a_server_has_its_own_session(cooperative: Started) -> None:
    assert os.getpgid(cooperative.pid) == cooperative.pid
    assert os.getsid(cooperative.pid) == cooperative.pid
