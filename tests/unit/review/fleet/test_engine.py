"""The engine of a run over tenants, with a stand-in for the language hosts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.project import Project
from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet.engine import fleet_engine
from flow_mcp.review.fleet.fleet import Fleet

HOSTS = cast(PythonHosts, object())
ENVIRONMENTS = ("environment: [production]\n", '"environment" :\n  - production\n')


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    @contextmanager
    def of(*_: object) -> Iterator[PythonHosts]:
        yield HOSTS

    monkeypatch.setattr(PythonHosts, "of", of)
    (tmp_path / "Pulumi.yaml").write_text("name: flow-mcp\nruntime: python\n", "utf-8")
    (tmp_path / "stacks").mkdir()
    for stack in ("acme", "globex"):
        (tmp_path / "stacks" / f"Pulumi.{stack}.yaml").write_text("config:\n  environment: x\n", "utf-8")
    stacks = Stacks(Project.at(tmp_path), Path("pulumi"))
    run = SimpleNamespace(stacks=stacks, as_of=date(2026, 1, 1), interruption=Interruption(), notes=[])
    return cast(Fleet, run)


def test_a_run_over_tenants_uses_language_hosts(fleet: Fleet) -> None:
    with fleet_engine(fleet, ["acme", "globex"]) as engine:
        assert engine.hosts is HOSTS


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_run_with_an_environment_of_pulumi_esc_uses_pulumis_own_language_hosts(
    fleet: Fleet, environment: str
) -> None:
    file = fleet.stacks.project.stack_file("globex")
    file.write_text(environment + file.read_text("utf-8"), "utf-8")
    with fleet_engine(fleet, ["acme", "globex"]) as engine:
        assert engine.hosts is None
    with fleet_engine(fleet, ["acme"]) as engine:
        assert engine.hosts is HOSTS
