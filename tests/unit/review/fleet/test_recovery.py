"""Tenants whose update was killed after its last operation, with stand-ins for Pulumi."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.locks import Holder, left_updates, registered_process, update_key
from flow_mcp.engine.fleet.recorder import Recorder, Success
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.survey import Survey
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.fleet import recovery
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.fleet.recovery import Recovery, recover
from flow_mcp.review.fleet.result import Result
from flow_mcp.review.fleet.up import Update
from flow_mcp.review.gate.plan import Planner
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import LockedError
from flow_mcp.review.preview.policies import Policies
from tests.unit.declared import Stacks as Project
from tests.unit.declared import tenant

ROOT = "urn:pulumi:acme::flow-mcp::pulumi:pulumi:Stack::flow-mcp-acme"
STATE = {"deployment": {"resources": [{"urn": ROOT, "type": "pulumi:pulumi:Stack"}]}}
LISTED = ListedStack("2026-11-30T10:00:00.000Z", 9, in_progress=False)
CANDIDATE = Candidate("acme", "sha256:1", "forced", LISTED, None)
HOLDER = Holder("jane", "build-7", 12, "2026-11-30T10:00:00Z")


@dataclass(frozen=True)
class Ended:
    """A process with the exit code of a killed one. Its ID is larger than that of any process."""

    pid: int = 4194305

    def poll(self) -> int | None:
        return -9


@dataclass
class Pulumi:
    """A stand-in for Pulumi, at which the tenant is locked.

    Attributes:
        calls: what Pulumi did.
    """

    locked: bool = True
    calls: list[str] = field(default_factory=list)

    def refresh(self, _: Recovery, stack: str, urns: Sequence[str]) -> None:
        assert (stack, urns) == ("acme", (ROOT,))
        self.calls.append("locked" if self.locked else "refreshed")
        if self.locked:
            raise LockedError("locked", (HOLDER,))

    def unlock(self, _: Stacks, stack: str) -> None:
        assert stack == "acme"
        self.calls.append("unlocked")
        self.locked = False


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pulumi:
    pulumi = Pulumi()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(Recovery, "exported", lambda *_: STATE)
    monkeypatch.setattr(Recovery, "_refresh", lambda *given: pulumi.refresh(*given))
    monkeypatch.setattr(Stacks, "unlock", lambda *given: pulumi.unlock(*given))
    monkeypatch.setattr(recovery, "have_all_exited", lambda holders: holders == (HOLDER,))
    return pulumi


@pytest.fixture
def fleet(stacks: Project) -> Fleet:
    stacks.write(tenant())
    survey = Survey(Inputs({}), {"acme": CANDIDATE})
    pulumi = Stacks(stacks.project, Path("pulumi"))
    return Fleet(pulumi, survey, date(2026, 11, 30), 1, Limits(), lambda _: None, Interruption())


def recovered(fleet: Fleet) -> list[Candidate]:
    return recover(fleet, cast(Engine, None), [CANDIDATE])


def test_the_lock_of_an_update_that_was_killed_after_its_last_operation_is_removed_once(
    fleet: Fleet, pulumi: Pulumi
) -> None:
    key = update_key(fleet.stacks.project.directory, "acme")
    with registered_process(Ended(), key):
        pass
    assert recovered(fleet) == [CANDIDATE]
    assert (pulumi.calls, [*left_updates({key})]) == (["locked", "unlocked", "refreshed"], [])
    assert recovered(fleet) == [CANDIDATE]
    assert len(pulumi.calls) == 3


def test_a_tenant_without_a_killed_update_is_not_changed(fleet: Fleet, pulumi: Pulumi) -> None:
    with registered_process(Ended(), update_key(fleet.stacks.project.directory, "other")):
        pass
    assert recovered(fleet) == [CANDIDATE]
    assert (pulumi.calls, fleet.recovered) == ([], {})


def test_a_recovered_tenant_without_changes_is_recorded_with_the_state_that_the_recovery_wrote(
    fleet: Fleet, pulumi: Pulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    successes: list[Success] = []
    monkeypatch.setattr(Recorder, "succeeded", lambda _, __, success: successes.append(success))
    fleet.results["acme"] = Result("acme", "previewed", "forced")
    files = {"acme": fleet.stacks.project.stack_file("acme")}
    update = Update(fleet, Planner(cast(Engine, None), cast(Policies, None), files), {})
    update.record_without_update("acme")
    pulumi.locked = False
    with registered_process(Ended(), update_key(fleet.stacks.project.directory, "acme")):
        pass
    recovered(fleet)
    fleet.results["acme"] = Result("acme", "previewed", "forced")
    update.record_without_update("acme")

    before, after = successes
    assert (before.listed, before.updated) == (LISTED, False)
    assert (after.began, after.ended, after.listed, after.updated) == (*fleet.recovered["acme"], None, True)
