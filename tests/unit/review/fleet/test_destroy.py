"""Destroyed tenants, with stand-ins for Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.recorder import Recorder
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.survey import Survey
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet import fleet as fleets
from flow_mcp.review.fleet import refresh_destroy
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.result import Result
from flow_mcp.review.preview.engine import Engine, Run
from tests.unit.declared import Stacks as Project
from tests.unit.declared import tenant

NAMES = ("a", "b", "c")
DESTROYED = Run("pulumi destroy", 0, ({"summaryEvent": {"resourceChanges": {"delete": 9}}},), "")
LISTED = ListedStack("2026-11-30T10:00:00.000Z", 9, in_progress=False)


def test_tenants_are_destroyed_in_their_order_whichever_preview_ends_first(
    stacks: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Sequence[str]] = []

    def last_one_first(
        items: Sequence[str], _: int, work: Callable[[str], Result], __: Callable[[], bool]
    ) -> Iterator[tuple[str, Result]]:
        started.append(items)
        for item in reversed(items):
            yield item, work(item)

    @contextmanager
    def engine(*_: object) -> Iterator[Engine]:
        yield cast(Engine, None)

    for name in NAMES:
        stacks.write(tenant().replace("acme", name), name)
    monkeypatch.setattr(fleets, "run_all", last_one_first)
    monkeypatch.setattr(refresh_destroy, "fleet_engine", engine)
    monkeypatch.setattr(refresh_destroy._Runner, "run", lambda *_, **__: DESTROYED)
    monkeypatch.setattr(Recorder, "write", lambda _: None)
    candidates = {name: Candidate(name, "sha256:1", "unchanged", LISTED, None) for name in NAMES}
    fleet = Fleet(
        Stacks(stacks.project, Path("pulumi")),
        Survey(Inputs({}), candidates),
        date(2026, 11, 30),
        1,
        Limits(),
        lambda _: None,
        Interruption(),
    )
    outcome = refresh_destroy.destroy(fleet, lambda _: True)
    assert {result.stack: result.status for result in outcome.results} == dict.fromkeys(NAMES, "destroyed")
    assert started == [[*NAMES], [*NAMES]]
