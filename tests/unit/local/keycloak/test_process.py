from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flow_mcp.local.keycloak import process
from tests.unit.local.keycloak.fakes import wait_until

_READY = "print('ready', flush=True); "
_DEAF = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_READY}time.sleep(600)"
_POLITE = f"import time; {_READY}time.sleep(600)"


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
def polite(tmp_path: Path) -> Iterator[Started]:
    """A process that ends after SIGTERM."""
    started = Started(_POLITE, tmp_path / "log")
    yield started
    started.end([])


@pytest.fixture
def deaf(tmp_path: Path) -> Started:
    """A process that ignores SIGTERM."""
    return Started(_DEAF, tmp_path / "log")


def test_a_server_ends_after_sigterm(polite: Started) -> None:
    reports: list[str] = []
    assert polite.end(reports)
    assert not process.runs(polite.pid, polite.identity)
    assert reports == []


def test_a_server_that_ignores_sigterm_is_killed(deaf: Started) -> None:
    reports: list[str] = []
    assert not deaf.end(reports, patience=0.3)
    assert not process.runs(deaf.pid, deaf.identity)
    assert len(reports) == 1


def test_a_later_process_with_the_same_id_is_not_ended(polite: Started) -> None:
    assert process.end(polite.pid, "an earlier process", patience=0, report=print)
    assert process.runs(polite.pid, polite.identity)


def test_an_unused_id_has_no_identity(polite: Started) -> None:
    polite.end([])
    assert process.identity(polite.pid) is None


def test_a_server_has_its_own_session(polite: Started) -> None:
    assert os.getpgid(polite.pid) == polite.pid
    assert os.getsid(polite.pid) == polite.pid
