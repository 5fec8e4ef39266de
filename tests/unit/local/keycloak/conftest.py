from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.local.keycloak import distribution
from tests.unit.local.keycloak.fakes import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with Java 17 and Maven, and without Docker."""
    fake_machine = Machine(tmp_path)
    fake_machine.java()
    fake_machine.maven()
    monkeypatch.setenv("PATH", str(fake_machine.programs))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(distribution, "_ARTIFACT_SHA256", fake_machine.sha256)
    return fake_machine
