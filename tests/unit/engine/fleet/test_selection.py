"""A run skips only tenants that cannot have changed."""

from __future__ import annotations

import pytest

from flow_mcp.engine.fleet.records import Record
from flow_mcp.engine.fleet.selection import REASONS, Reason, candidate, select_tenants
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.project import NoProjectError
from tests.unit.declared import Stacks

AT, LATER = "2026-11-30T10:19:04.185Z", "2026-11-30T10:19:04.186Z"
LISTED, RECORD = (
    ListedStack(AT, 3, in_progress=False),
    Record(fingerprint="sha256:1", updated=AT, resources=3),
)


@pytest.mark.parametrize(
    ("listed", "record", "fingerprint", "reason"),
    [
        (LISTED, RECORD, "sha256:1", "unchanged"),
        (LISTED, RECORD, "sha256:2", "changed"),
        (LISTED, None, "sha256:1", "not-recorded"),
        (None, RECORD, "sha256:1", "new"),
        (ListedStack(None, 0, in_progress=False), RECORD, "sha256:1", "not-recorded"),
        (ListedStack(LATER, 3, in_progress=False), RECORD, "sha256:1", "updated-by-others"),
        (ListedStack(AT, 2, in_progress=False), RECORD, "sha256:1", "updated-by-others"),
        (ListedStack(AT, 3, in_progress=True), RECORD, "sha256:1", "in-progress"),
    ],
)
def test_a_tenant_is_unchanged_only_if_its_record_names_the_last_update(
    listed: ListedStack | None, record: Record | None, fingerprint: str, reason: Reason
) -> None:
    found = candidate("acme", fingerprint, listed, record)
    assert (found.reason, found.changed) == (reason, reason != "unchanged")


def test_force_includes_unchanged_tenants_and_each_reason_has_a_text() -> None:
    assert candidate("acme", "sha256:1", LISTED, RECORD, force=True).reason == "forced"
    assert candidate("acme", "sha256:2", LISTED, RECORD, force=True).reason == "changed"
    assert all(REASONS.values())


@pytest.fixture
def three(stacks: Stacks) -> Stacks:
    for name in ("prod-a", "prod-b", "test-a"):
        stacks.write("", name)
    return stacks


def test_tenants_are_selected_by_name_by_glob_or_all_without_duplicates_and_sorted(three: Stacks) -> None:
    project = three.project
    assert select_tenants(project, ["test-a", "prod-b", "test-a"], [], everything=False) == (
        "prod-b",
        "test-a",
    )
    assert select_tenants(project, ["prod-a"], ["prod-*"], everything=False) == ("prod-a", "prod-b")
    assert select_tenants(project, [], [], everything=True) == ("prod-a", "prod-b", "test-a")


@pytest.mark.parametrize(
    ("tenants", "patterns", "message"),
    [
        ([], [], "no tenant is selected; name tenants, or use --all or --select"),
        (["prod-c"], [], "there is no stack prod-c: .* Did you mean prod-"),
        ([], ["prod-*", "PROD-*"], "no tenant's name matches 'PROD-\\*'"),
    ],
)
def test_an_empty_selection_is_an_error(
    three: Stacks, tenants: list[str], patterns: list[str], message: str
) -> None:
    with pytest.raises(NoProjectError, match=message):
        select_tenants(three.project, tenants, patterns, everything=False)


def test_a_project_without_tenants_is_an_error(stacks: Stacks) -> None:
    with pytest.raises(NoProjectError, match="there is no tenant: "):
        select_tenants(stacks.project, [], [], everything=True)
