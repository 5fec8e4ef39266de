"""A success is recorded only if its update is the last one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.recorder import Recorder, Success
from flow_mcp.engine.fleet.records import Record, Records
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import StackError, Stacks
from tests.unit.declared import Stacks as Declared

BEGAN = datetime(2026, 11, 30, 10, 19, 4, 185_900, UTC)
ENDED = datetime(2026, 11, 30, 10, 19, 9, 0, UTC)
BEFORE = ListedStack("2026-11-29T08:00:00.000Z", 3, in_progress=False)


def at(moment: str, resources: int = 3, *, in_progress: bool = False) -> ListedStack:
    return ListedStack(f"2026-11-30T10:19:{moment}Z", resources, in_progress=in_progress)


@pytest.mark.parametrize(
    ("listed", "own"),
    [
        (at("04.185"), True),
        (at("09.000"), True),
        (at("04.184"), False),
        (at("09.001"), False),
        (at("05.000", in_progress=True), False),
        (BEFORE, False),
        (ListedStack(None, 0, in_progress=False), False),
        (None, False),
    ],
)
def test_an_update_is_the_last_one_if_the_backend_lists_a_time_within_it(
    listed: ListedStack | None, own: bool
) -> None:
    assert Success("sha256:1", BEGAN, ENDED, BEFORE, updated=True).is_last(listed) is own


@pytest.mark.parametrize(
    ("listed", "same"),
    [(BEFORE, True), (at("05.000"), False), (ListedStack(BEFORE.updated, 4, False), False)],
)
def test_without_an_update_the_backend_must_list_the_stack_as_before(listed: ListedStack, same: bool) -> None:
    assert Success("sha256:1", BEGAN, ENDED, BEFORE, updated=False).is_last(listed) is same


class Backend:
    """A stand-in for Pulumi's backend: lists all tenants as just updated, and keeps the records."""

    def __init__(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stacks = Stacks(project, Path("pulumi"))
        self.recorded: list[dict[str, Record | None]] = []
        self.during_write: Callable[[], None] = lambda: None
        monkeypatch.setattr(
            Stacks, "list_stacks", lambda _: {name: at("05.000") for name in ("acme", "late")}
        )
        monkeypatch.setattr(Records, "write", lambda _, changes: self.write(changes))

    def write(self, changes: Mapping[str, Record | None]) -> None:
        self.during_write()
        self.recorded.append(dict(changes))


SUCCESS = Success("sha256:1", BEGAN, ENDED, BEFORE, updated=True)
RECORD = Record(fingerprint="sha256:1", updated="2026-11-30T10:19:05.000Z", resources=3)


@pytest.fixture
def backend(stacks: Declared, monkeypatch: pytest.MonkeyPatch) -> Backend:
    return Backend(stacks.project, monkeypatch)


def recorder_of(backend: Backend) -> Recorder:
    return Recorder(backend.stacks, Inputs.of(backend.stacks.project, "v3"))


def test_a_success_during_a_write_is_part_of_the_next_write(backend: Backend) -> None:
    recorder = recorder_of(backend)
    recorder.succeeded("acme", SUCCESS)
    backend.during_write = lambda: recorder.succeeded("late", SUCCESS)
    recorder.write()
    backend.during_write = lambda: None
    recorder.write()
    recorder.write()
    assert backend.recorded == [{"acme": RECORD}, {"late": RECORD}]


def test_records_that_could_not_be_written_are_part_of_the_next_write(backend: Backend) -> None:
    recorder = recorder_of(backend)
    recorder.succeeded("acme", SUCCESS)

    def fail() -> None:
        raise StackError("the backend is down")

    backend.during_write = fail
    with pytest.raises(StackError, match="the backend is down"):
        recorder.write()
    backend.during_write = lambda: None
    recorder.write()
    assert backend.recorded == [{"acme": RECORD}]


def test_failed_tenants_and_unlisted_tenants_lose_their_records(backend: Backend) -> None:
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


MANY = {f"tenant-{number}": BEFORE for number in range(100)}


@pytest.mark.parametrize(
    ("before", "own_states"),
    [
        ({**MANY, "acme": BEFORE}, True),
        (dict([*MANY.items()][:40]), False),
        ({**MANY, "acme": ListedStack(BEFORE.updated, 3, in_progress=False, at_service=True)}, False),
    ],
    ids=["many stacks", "few stacks", "Pulumi Cloud"],
)
def test_one_of_many_tenants_is_recorded_from_its_own_state_with_the_same_result(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, before: Mapping[str, ListedStack], own_states: bool
) -> None:
    read: list[str] = []

    def listed_stack(_: Stacks, stack: str) -> ListedStack:
        read.append(stack)
        return at("05.000")

    monkeypatch.setattr(Stacks, "listed_stack", listed_stack)
    recorder = Recorder(backend.stacks, Inputs.of(backend.stacks.project, "v3"), None, before)
    recorder.succeeded("acme", SUCCESS)
    recorder.forget("late")
    recorder.write()
    assert backend.recorded == [{"acme": RECORD, "late": None}]
    assert read == (["acme"] if own_states else [])
