"""Which tenants are run: nothing is skipped that could have changed."""

from __future__ import annotations

import pytest

from flow_mcp.engine.fleet.records import Record
from flow_mcp.engine.fleet.selection import REASONS, Reason, named, standing
from flow_mcp.engine.project import NoProjectError
from flow_mcp.engine.stacks import Listed
from tests.unit.declared import Stacks

AT, LATER = "2026-11-30T10:19:04.185Z", "2026-11-30T10:19:04.186Z"
LISTED, RECORD = Listed(AT, 3, in_progress=False), Record(fingerprint="sha256:1", updated=AT, resources=3)


@pytest.mark.parametrize(
    ("listed", "record", "fingerprint", "reason"),
    [
        (LISTED, RECORD, "sha256:1", "unchanged"),
        (LISTED, RECORD, "sha256:2", "changed"),
        (LISTED, None, "sha256:1", "not-recorded"),
        (None, RECORD, "sha256:1", "new"),
        (Listed(None, 0, in_progress=False), RECORD, "sha256:1", "not-recorded"),
        (Listed(LATER, 3, in_progress=False), RECORD, "sha256:1", "updated-by-others"),
        (Listed(AT, 2, in_progress=False), RECORD, "sha256:1", "updated-by-others"),
        (Listed(AT, 3, in_progress=True), RECORD, "sha256:1", "in-progress"),
    ],
)
def test_a_tenant_is_unchanged_only_by_its_record_of_the_very_update_that_was_last(
    listed: Listed | None, record: Record | None, fingerprint: str, reason: Reason
) -> None:
    found = standing("acme", fingerprint, listed, record)
    assert (found.reason, found.changed) == (reason, reason != "unchanged")


def test_force_runs_what_did_not_change_and_each_reason_has_words() -> None:
    assert standing("acme", "sha256:1", LISTED, RECORD, force=True).reason == "forced"
    assert standing("acme", "sha256:2", LISTED, RECORD, force=True).reason == "changed"
    assert all(REASONS.values())


@pytest.fixture
def three(stacks: Stacks) -> Stacks:
    for name in ("prod-a", "prod-b", "test-a"):
        stacks.write("", name)
    return stacks


def test_tenants_are_selected_by_name_by_glob_or_all_of_them_each_once_and_sorted(three: Stacks) -> None:
    project = three.project
    assert named(project, ["test-a", "prod-b", "test-a"], [], everything=False) == ("prod-b", "test-a")
    assert named(project, ["prod-a"], ["prod-*"], everything=False) == ("prod-a", "prod-b")
    assert named(project, [], [], everything=True) == ("prod-a", "prod-b", "test-a")


@pytest.mark.parametrize(
    ("tenants", "patterns", "why"),
    [
        ([], [], "name tenants, or give --all or --select"),
        (["prod-c"], [], "there is no stack prod-c: .* Did you mean prod-"),
        ([], ["prod-*", "PROD-*"], "no tenant's name matches 'PROD-\\*'"),
    ],
)
def test_what_selects_nothing_is_an_error(
    three: Stacks, tenants: list[str], patterns: list[str], why: str
) -> None:
    with pytest.raises(NoProjectError, match=why):
        named(three.project, tenants, patterns, everything=False)


def test_a_project_without_tenants_says_so(stacks: Stacks) -> None:
    with pytest.raises(NoProjectError, match="there is no tenant: "):
        named(stacks.project, [], [], everything=True)
