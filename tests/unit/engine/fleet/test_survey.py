"""The comparison of tenants with the records of runs with and without shards."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.records import Record, Records, is_records_stack, records_stack
from flow_mcp.engine.fleet.shards import Shard
from flow_mcp.engine.fleet.survey import survey
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import StackError, Stacks
from tests.unit.declared import Stacks as Declared

LAST, EARLIER = "2026-11-30T10:00:00.000Z", "2026-11-29T10:00:00.000Z"
WHOLE, FIRST, SECOND = "flow-mcp-fleet", "flow-mcp-fleet-1-of-2", "flow-mcp-fleet-2-of-2"


class Backend:
    """Stacks and records of a stand-in backend; `reads` has the stacks of records that were read."""

    def __init__(self, stacks: Declared, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stacks = Stacks(stacks.project, Path("pulumi"))
        self.records: dict[str, dict[str, str]] = {}
        self.reads: list[str] = []
        monkeypatch.setattr(Stacks, "list_stacks", lambda _: self._list())
        monkeypatch.setattr(Stacks, "version", lambda _: "v3")
        monkeypatch.setattr(Records, "read", lambda records: self._read(records.stack))
        monkeypatch.setattr(Inputs, "fingerprint", lambda *_: "sha256:1")

    def _list(self) -> dict[str, ListedStack]:
        listed = ListedStack(LAST, 3, in_progress=False)
        return dict.fromkeys((*self.stacks.project.stacks(), *self.records), listed)

    def _read(self, stack: str) -> dict[str, Record]:
        self.reads.append(stack)
        return {
            tenant: Record(fingerprint="sha256:1", updated=updated, resources=3)
            for tenant, updated in self.records.get(stack, {}).items()
        }

    def reasons(self, shard: Shard | None) -> dict[str, str]:
        self.reads.clear()
        candidates = survey(self.stacks, self.stacks.project.stacks(), shard=shard).candidates
        return {stack: candidate.reason for stack, candidate in candidates.items()}


@pytest.fixture
def backend(stacks: Declared, monkeypatch: pytest.MonkeyPatch) -> Backend:
    for name in ("a", "b"):
        stacks.write("config: {}", name)
    return Backend(stacks, monkeypatch)


def test_a_run_reads_the_records_of_its_own_shard_and_others_only_if_one_is_missing(backend: Backend) -> None:
    backend.records = {WHOLE: {"a": LAST, "b": LAST}, FIRST: {"a": LAST, "b": LAST}}
    for shard, stack in ((None, WHOLE), (Shard(1, 2), FIRST)):
        assert backend.reasons(shard) == {"a": "unchanged", "b": "unchanged"}
        assert backend.reads == [stack]


def test_after_a_change_of_the_number_of_shards_no_tenant_runs_again(backend: Backend) -> None:
    backend.records = {WHOLE: {"a": EARLIER, "b": EARLIER}, FIRST: {"a": LAST}, SECOND: {"b": LAST}}
    for shard in (None, Shard(1, 1), Shard(3, 4)):
        assert backend.reasons(shard) == {"a": "unchanged", "b": "unchanged"}


def test_a_record_of_an_earlier_update_replaces_no_other_record(backend: Backend) -> None:
    backend.records = {WHOLE: {"a": LAST}, FIRST: {"a": EARLIER, "b": EARLIER}}
    assert backend.reasons(None) == {"a": "unchanged", "b": "not-recorded"}
    assert backend.reasons(Shard(1, 2)) == {"a": "unchanged", "b": "updated-by-others"}


def test_a_tenant_cannot_have_the_name_of_a_stack_of_records(stacks: Declared, backend: Backend) -> None:
    assert records_stack(None) == WHOLE
    assert records_stack(Shard(2, 2)) == SECOND
    assert [is_records_stack(name) for name in (WHOLE, SECOND, "flow-mcp-fleet-x", "acme")] == [
        *(True, True, False, False)
    ]
    stacks.write("config: {}", SECOND)
    with pytest.raises(StackError, match=f"the stack {SECOND} contains the records of tenants; rename"):
        backend.reasons(None)
