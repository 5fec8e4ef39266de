"""Changes that the gate applies to many tenants, with stand-ins for preview, update and analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.recorder import Recorder
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.engine.fleet.survey import Survey
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.diff import digest
from flow_mcp.review.fleet import gate, up
from flow_mcp.review.fleet.fleet import Fleet, Limits
from flow_mcp.review.gate import run
from flow_mcp.review.gate.apply import Applied
from flow_mcp.review.gate.approval import Approval, DigestTree
from flow_mcp.review.gate.errors import DeviationError
from flow_mcp.review.gate.plan import Plan, Planner, diff
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.preview import Preview
from flow_mcp.review.preview.steps import Step
from tests.unit.declared import Stacks as Project
from tests.unit.declared import tenant
from tests.unit.review.gate.test_plan import CLIENT, declared

DAY = date(2026, 11, 25)
NAMES = ("a", "b", "c")
CREATE = Step("urn:a", "create", "a:b:C", digest="sha256:1")
UPDATE = Step("urn:a", "update", "a:b:C", digest="sha256:2")
DONE = Applied((CREATE,), (), ())


class Tenants:
    """Three tenants with stand-ins for Pulumi.

    Attributes:
        steps: the steps of each tenant's preview; an error is raised.
        updates: the tenants that were updated, in order; an error in `failures` is raised.
    """

    def __init__(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project = project.project
        self.pack = Pack.load(self.project.policies)
        self.steps: dict[str, tuple[Step, ...] | Exception] = dict.fromkeys(NAMES, (CREATE,))
        self.outputs_change = True
        self.refused: set[str] = set()
        self.updates: list[str] = []
        self.failures: dict[str, Exception] = {}
        monkeypatch.setattr(gate, "self_test", lambda *_: None)
        monkeypatch.setattr(run, "analyze", lambda *_: ())
        monkeypatch.setattr(up, "apply", self._apply)
        monkeypatch.setattr(Planner, "of", self._planner)
        monkeypatch.setattr(Planner, "plan", lambda _, stack, *__: self._plan(stack))
        monkeypatch.setattr(Recorder, "write", lambda _: None)

    @contextmanager
    def _planner(self, _: Any, files: dict[str, Path], __: date) -> Iterator[Planner]:
        engine = Engine(Stacks(self.project, Path("pulumi")), DAY)
        yield Planner(engine, cast("Any", None), files)

    def _plan(self, stack: str) -> Plan:
        steps = self.steps[stack]
        if isinstance(steps, Exception):
            raise steps
        declaration = declared(**({"refused": CLIENT} if stack in self.refused else {}))
        preview = Preview(stack, declared(), declaration, steps, (), (), self.outputs_change, None)
        return Plan(preview, diff(preview, self.pack, DAY), Path())

    def _apply(self, _: Planner, plan: Plan, __: Callable[[str], None]) -> Applied:
        stack = plan.preview.stack
        if error := self.failures.get(stack):
            raise error
        self.updates.append(stack)
        return DONE

    def fleet(self) -> Fleet:
        listed = ListedStack("2026-11-25T00:00:00.000Z", 3, in_progress=False)
        candidates = {name: Candidate(name, "sha256:", "changed", listed, None) for name in NAMES}
        stacks = Stacks(self.project, Path("pulumi"))
        survey = Survey(Inputs({}), candidates)
        return Fleet(stacks, survey, DAY, 1, Limits(), lambda _: None, Interruption())

    def tree(self) -> DigestTree:
        return DigestTree.of(gate.preview(self.fleet()).diffs.diffs)

    def apply(self, approval: Approval, **given: Any) -> gate.Gated:
        return gate.apply_approved(self.fleet(), approval, **given)


@pytest.fixture
def tenants(stacks: Project, monkeypatch: pytest.MonkeyPatch) -> Tenants:
    for name in NAMES:
        stacks.write(tenant().replace("acme", name), name)
    return Tenants(stacks, monkeypatch)


def statuses(gated: gate.Gated) -> dict[str, str]:
    return {result.stack: result.status for result in gated.outcome.results}


def messages(gated: gate.Gated) -> dict[str, str]:
    return {result.stack: result.message for result in gated.outcome.results if result.message}


def test_one_digest_approves_the_changes_of_all_tenants(tenants: Tenants) -> None:
    previewed = gate.preview(tenants.fleet())
    assert statuses(previewed) == dict.fromkeys(NAMES, "previewed")
    gated = tenants.apply(Approval(digest(previewed.diffs.diffs)))
    assert (statuses(gated), gated.refused) == (dict.fromkeys(NAMES, "updated"), None)
    assert gated.results == tuple(run.Result(name, DONE, ()) for name in NAMES)


def test_the_approved_changes_are_applied_in_waves(tenants: Tenants) -> None:
    tree = tenants.tree()
    gated = tenants.apply(Approval(tree.digest, tree.tenants), canaries=("c",), percentages=(50,))
    assert (tenants.updates, statuses(gated)) == (["c", "a", "b"], dict.fromkeys(NAMES, "updated"))
    assert [result.stack for result in gated.results] == [*NAMES]


def test_with_a_tree_a_tenant_that_changed_after_the_approval_is_left_out_and_named(tenants: Tenants) -> None:
    tree = tenants.tree()
    tenants.steps["b"] = (UPDATE,)
    gated = tenants.apply(Approval(tree.digest, tree.tenants))
    assert statuses(gated) == {"a": "updated", "b": "refused", "c": "updated"}
    after = tenants.tree().tenants["b"]
    assert messages(gated) == {
        "b": f"its change is not the approved one: the approved digest is {tree.tenants['b']}, and the "
        f"digest of the change is {after}. Review the change with `flow-mcp gate preview b`, and have it "
        "approved again"
    }
    assert (gated.outcome.exit_code, tenants.updates) == (3, ["a", "c"])


def test_with_a_tree_a_tenant_that_it_does_not_include_is_left_out(tenants: Tenants) -> None:
    included = {name: value for name, value in tenants.tree().tenants.items() if name != "c"}
    gated = tenants.apply(Approval("sha256:", included))
    assert statuses(gated) == {"a": "updated", "b": "updated", "c": "refused"}
    assert messages(gated) == {
        "c": "the approval does not include this tenant; review `flow-mcp gate preview c`"
    }


def test_without_a_tree_nothing_is_applied_if_one_tenant_changed(tenants: Tenants) -> None:
    approved = tenants.tree().digest
    tenants.steps["b"] = (UPDATE,)
    gated = tenants.apply(Approval(approved))
    assert (statuses(gated), gated.refused) == (dict.fromkeys(NAMES, "not-started"), 3)
    assert gated.outcome.refusal == (
        f"nothing was applied: the approved digest is {approved}, and the digest of the change is "
        f"{tenants.tree().digest}. Review the change, and have it approved again"
    )
    assert tenants.updates == []


@pytest.mark.parametrize(
    ("failing", "status", "code"), [(PreviewError("no"), "failed", 2), (None, "blocked", 4)]
)
def test_a_failed_or_blocked_tenant_stops_all_others_only_without_a_tree(
    tenants: Tenants, failing: Exception | None, status: str, code: int
) -> None:
    tree = tenants.tree()
    if failing:
        tenants.steps["b"] = failing
    else:
        tenants.refused = {"b"}
    gated = tenants.apply(Approval(tree.digest))
    assert (gated.refused, statuses(gated)) == (
        code,
        {"a": "not-started", "b": status, "c": "not-started"},
    )
    assert tenants.updates == []

    gated = tenants.apply(Approval(tree.digest, tree.tenants))
    assert (gated.refused, statuses(gated)) == (None, {"a": "updated", "b": status, "c": "updated"})


@pytest.mark.parametrize(
    ("failure", "status"),
    [(PreviewError("no"), "failed"), (DeviationError("another change"), "blocked")],
)
def test_after_a_failed_update_no_further_tenant_starts(
    tenants: Tenants, failure: Exception, status: str
) -> None:
    tree = tenants.tree()
    tenants.failures["a"] = failure
    gated = tenants.apply(Approval(tree.digest, tree.tenants), canaries=("a",))
    assert statuses(gated) == {"a": status, "b": "not-started", "c": "not-started"}
    assert messages(gated) == {"a": str(failure)}
    assert gated.outcome.refusal == "the run ended: 1 tenant failed, and --max-failures is 0"

    gated = tenants.apply(Approval(tree.digest, tree.tenants), canaries=("a",), failures=1)
    assert statuses(gated) == {"a": status, "b": "updated", "c": "updated"}


def test_limits_refuse_the_approved_change(tenants: Tenants) -> None:
    tree, fleet = tenants.tree(), tenants.fleet()
    fleet.limits = replace(fleet.limits, tenants=2)
    gated = gate.apply_approved(fleet, Approval(tree.digest, tree.tenants))
    assert gated.outcome.refusal == (
        "nothing was changed: the run would make 3 tenants, and --max-tenants is 2"
    )
    assert (gated.outcome.exit_code, tenants.updates) == (4, [])


@pytest.mark.parametrize(
    ("steps", "outputs_change", "applied"),
    [((CREATE,), True, DONE), ((CREATE,), False, DONE), ((), True, DONE), ((), False, None)],
)
def test_a_plan_is_applied_if_a_resource_or_an_output_changes(
    tenants: Tenants, steps: tuple[Step, ...], outputs_change: bool, applied: Applied | None
) -> None:
    tenants.steps, tenants.outputs_change = dict.fromkeys(NAMES, steps), outputs_change
    gated = tenants.apply(Approval(tenants.tree().digest))
    assert gated.results == tuple(run.Result(name, applied, ()) for name in NAMES)


def test_an_approved_tenant_whose_file_was_removed_is_noted(tenants: Tenants) -> None:
    tree = tenants.tree()
    tree.tenants["gone"] = tree.tenants["a"]
    gated = tenants.apply(Approval(tree.digest, tree.tenants))
    assert gated.outcome.notes == ("approved, but without a file: gone",)
