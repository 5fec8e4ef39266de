"""The records of refreshed tenants, with stand-ins for Pulumi."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.recorder import Recorder, Success
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.survey import Survey
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet import refresh_destroy
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.preview.engine import Engine, Run
from tests.unit.declared import Stacks as Project
from tests.unit.declared import tenant

LISTED = ListedStack("2026-11-30T10:00:00.000Z", 9, in_progress=False)
LATER = replace(LISTED, updated="2026-11-30T10:30:00.000Z")
AT_SERVICE = replace(LISTED, at_service=True)
REFRESHED = Run("pulumi refresh", 0, ({"summaryEvent": {"resourceChanges": {"same": 9}}},), "")


def recorded(
    project: Project, monkeypatch: pytest.MonkeyPatch, listed: ListedStack, now: ListedStack
) -> bool:
    """Refresh an unchanged tenant, and return whether it is recorded as unchanged.

    Args:
        project: the project.
        monkeypatch: replaces Pulumi.
        listed: the tenant as it was listed at the start of the run.
        now: the tenant as it is before its own refresh.
    """
    project.write(tenant())

    @contextmanager
    def engine(*_: object) -> Iterator[Engine]:
        yield cast(Engine, None)

    successes: list[str] = []

    def succeeded(_: Recorder, stack: str, success: Success) -> None:
        assert (success.fingerprint, success.updated) == ("sha256:1", True)
        successes.append(stack)

    monkeypatch.setattr(refresh_destroy, "fleet_engine", engine)
    monkeypatch.setattr(refresh_destroy._Runner, "run", lambda *_: REFRESHED)
    monkeypatch.setattr(Stacks, "listed_stack", lambda *_: now)
    monkeypatch.setattr(Recorder, "succeeded", succeeded)
    monkeypatch.setattr(Recorder, "write", lambda _: None)
    candidate = Candidate("acme", "sha256:1", "unchanged", listed, None)
    fleet = Fleet(
        Stacks(project.project, Path("pulumi")),
        Survey(Inputs({}), {"acme": candidate}),
        date(2026, 11, 30),
        1,
        Limits(),
        lambda _: None,
        Interruption(),
    )
    (result,) = refresh_destroy.refresh(fleet).results
    assert result.status == "refreshed"
    return successes == ["acme"]


def test_an_unchanged_tenant_whose_resources_match_stays_recorded(
    stacks: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recorded(stacks, monkeypatch, LISTED, LISTED)
    assert recorded(stacks, monkeypatch, AT_SERVICE, LATER)


def test_a_tenant_that_another_command_updated_since_the_start_of_the_run_is_not_recorded(
    stacks: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not recorded(stacks, monkeypatch, LISTED, LATER)
