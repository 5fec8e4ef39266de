"""`flow-mcp drift` imports the plugin's modules once for several tenants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from flow_mcp.cli import drift
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.gate.plan import Planner
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.policies import Policies
from tests.unit.declared import Stacks as Declared

HOSTS = cast(PythonHosts, object())


@pytest.mark.parametrize(
    ("arguments", "forks"),
    [
        (("acme", "globex"), True),
        (("acme",), False),
        (("acme", "--mend", "--yes"), True),
    ],
    ids=["several tenants", "one tenant", "one tenant with updates"],
)
def test_language_hosts_are_forked_if_that_saves_time(
    arguments: tuple[str, ...], forks: bool, stacks: Declared, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: dict[str, PythonHosts | None] = {}

    @contextmanager
    def planner(*_: object) -> Iterator[Planner]:
        engine = Engine(Stacks(stacks.project, Path("pulumi")), date(2026, 11, 25))
        yield Planner(engine, cast(Policies, None), {})

    @contextmanager
    def hosts(*_: object) -> Iterator[PythonHosts]:
        yield HOSTS

    def detect(engine: Engine, stack: str, _: object) -> None:
        used[stack] = engine.hosts
        raise FlowMcpError("the server does not answer")

    monkeypatch.setattr(Planner, "of", planner)
    monkeypatch.setattr(PythonHosts, "of", hosts)
    monkeypatch.setattr(drift, "detect", detect)
    for stack in ("acme", "globex"):
        stacks.write("config: {}\n", stack)
    result = CliRunner().invoke(drift.command, ["--project", str(stacks.project.directory), *arguments])
    assert (result.exit_code, [*used]) == (2, [name for name in arguments if not name.startswith("--")])
    assert {*used.values()} == {HOSTS if forks else None}
