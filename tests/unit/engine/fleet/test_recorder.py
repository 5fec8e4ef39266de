"""A success is recorded only if the last update is its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.recorder import Recorder, Success
from flow_mcp.engine.fleet.records import Record, Records
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Listed, StackError, Stacks
from tests.unit.declared import Stacks as Declared

BEGAN = datetime(2026, 11, 30, 10, 19, 4, 185_900, UTC)
ENDED = datetime(2026, 11, 30, 10, 19, 9, 0, UTC)
BEFORE = Listed("2026-11-29T08:00:00.000Z", 3, in_progress=False)


def at(moment: str, resources: int = 3, *, in_progress: bool = False) -> Listed:
    return Listed(f"2026-11-30T10:19:{moment}Z", resources, in_progress=in_progress)


@pytest.mark.parametrize(
    ("listed", "own"),
    [
        (at("04.185"), True),
        (at("09.000"), True),
        (at("04.184"), False),
        (at("09.001"), False),
        (at("05.000", in_progress=True), False),
        (BEFORE, False),
        (Listed(None, 0, in_progress=False), False),
        (None, False),
    ],
)
def test_an_update_is_the_last_if_the_backend_lists_a_time_within_it(
    listed: Listed | None, own: bool
) -> None:
    assert Success("sha256:1", BEGAN, ENDED, BEFORE, wrote=True).is_last(listed) is own


@pytest.mark.parametrize(
    ("listed", "same"), [(BEFORE, True), (at("05.000"), False), (Listed(BEFORE.updated, 4, False), False)]
)
def test_where_nothing_was_applied_the_backend_must_list_what_it_listed_before(
    listed: Listed, same: bool
) -> None:
    assert Success("sha256:1", BEGAN, ENDED, BEFORE, wrote=False).is_last(listed) is same


class Backend:
    """Stands in for Pulumi's: lists all tenants as updated just now, and keeps what is recorded."""

    def __init__(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stacks = Stacks(project, Path("pulumi"))
        self.recorded: list[dict[str, Record | None]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        monkeypatch.setattr(Stacks, "listed", lambda _: {name: at("05.000") for name in ("acme", "late")})
        monkeypatch.setattr(Records, "write", lambda _, changes: self.write(changes))

    def write(self, changes: Mapping[str, Record | None]) -> None:
        self.meanwhile()
        self.recorded.append(dict(changes))


SUCCESS = Success("sha256:1", BEGAN, ENDED, BEFORE, wrote=True)
RECORD = Record(fingerprint="sha256:1", updated="2026-11-30T10:19:05.000Z", resources=3)


@pytest.fixture
def backend(stacks: Declared, monkeypatch: pytest.MonkeyPatch) -> Backend:
    return Backend(stacks.project, monkeypatch)


def recorder_of(backend: Backend) -> Recorder:
    return Recorder(backend.stacks, Inputs.of(backend.stacks.project, "v3"))


def test_a_tenant_that_succeeds_while_others_are_recorded_is_recorded_the_next_time(backend: Backend) -> None:
    recorder = recorder_of(backend)
    recorder.succeeded("acme", SUCCESS)
    backend.meanwhile = lambda: recorder.succeeded("late", SUCCESS)
    recorder.write()
    backend.meanwhile = lambda: None
    recorder.write()
    recorder.write()
    assert backend.recorded == [{"acme": RECORD}, {"late": RECORD}]


def test_what_cannot_be_written_is_written_the_next_time(backend: Backend) -> None:
    recorder = recorder_of(backend)
    recorder.succeeded("acme", SUCCESS)

    def fail() -> None:
        raise StackError("the backend is down")

    backend.meanwhile = fail
    with pytest.raises(StackError, match="the backend is down"):
        recorder.write()
    backend.meanwhile = lambda: None
    recorder.write()
    assert backend.recorded == [{"acme": RECORD}]


def test_a_tenant_that_failed_and_one_that_is_not_listed_lose_their_records(backend: Backend) -> None:
    recorder = recorder_of(backend)
    recorder.succeeded("acme", SUCCESS)
    recorder.forget("acme")
    recorder.succeeded("elsewhere", SUCCESS)
    recorder.write()
    assert backend.recorded == [{"acme": None, "elsewhere": None}]


def test_a_program_that_changed_during_the_run_leaves_no_record(backend: Backend) -> None:
    recorder = recorder_of(backend)
    recorder.succeeded("acme", SUCCESS)
    backend.stacks.project.file.write_text("name: flow-mcp\n", "utf-8")
    with pytest.raises(StackError, match="changed during the run"):
        recorder.write()
    assert backend.recorded == [{"acme": None}]
