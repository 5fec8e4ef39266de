"""A stack's resources have the tenant's ID in their names, so renaming a stack changes no resource."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from flow_mcp.review.gate.plan import Planner
from tests.engine.conftest import StandInProject
from tests.engine.former_states import STACK, restore

UNCHANGED = ("--yes", "--skip-preview", "--expect-no-changes")
RENAMED = "initech-production"
NAMES = {
    ("pulumi:pulumi:Stack", f"flow-mcp-{RENAMED}"),
    ("flow-mcp:index:McpServerSettings", "initech"),
    ("flow-mcp:auth0:AuthorizationServer", "initech"),
    ("pulumi:providers:auth0", "initech-management"),
}


@pytest.fixture
def auth0(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    return stand_in("auth0")


def names(auth0: StandInProject, stack: str) -> set[tuple[str, str]]:
    """Return type and name of the resources that earlier versions named after the stack."""
    exported = json.loads(auth0.scratch.pulumi("stack", "export", "--stack", stack).stdout)
    resources = exported["deployment"]["resources"]
    types_and_names = {(resource["type"], resource["urn"].split("::")[3]) for resource in resources}
    types = {type_ for type_, _ in NAMES}
    return {(type_, name) for type_, name in types_and_names if type_ in types}


def test_component_named_after_the_stack_is_renamed_without_a_change(
    auth0: StandInProject,
) -> None:
    restore(auth0, "names")
    assert ("flow-mcp:index:McpServerSettings", STACK) in names(auth0, STACK)
    auth0.scratch.pulumi("up", *UNCHANGED, "--stack", STACK)

    auth0.scratch.pulumi("stack", "rename", RENAMED, "--stack", STACK)
    auth0.scratch.pulumi("up", *UNCHANGED, "--stack", RENAMED)
    assert names(auth0, RENAMED) == NAMES
    auth0.scratch.pulumi("refresh", *UNCHANGED, "--stack", RENAMED)


def test_preview_of_a_component_named_after_the_stack_shows_no_change(
    auth0: StandInProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(auth0, "names")
    for name, value in auth0.scratch.environment().items():
        monkeypatch.setenv(name, value)
    stacks = auth0.scratch.project.stack_files((STACK,))
    with Planner.of(auth0.scratch.project, stacks, date(2026, 11, 25)) as planner:
        diff = planner.plan(STACK).diff
    assert (diff.changes, diff.operations) == ((), ())


def test_renamed_stack_with_former_component_name_changes_nothing_at_the_server(
    auth0: StandInProject,
) -> None:
    restore(auth0, "names")
    before = json.loads(auth0.server.file.read_text(encoding="utf-8"))
    auth0.scratch.pulumi("stack", "rename", RENAMED, "--stack", STACK)
    auth0.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", RENAMED)
    assert names(auth0, RENAMED) == NAMES
    assert json.loads(auth0.server.file.read_text(encoding="utf-8")) == before
    auth0.scratch.pulumi("up", *UNCHANGED, "--stack", RENAMED)
