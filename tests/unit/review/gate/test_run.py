"""Which plans the gate applies, with stand-ins for the update, the self-test and the analysis."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from flow_mcp.review.gate import run
from flow_mcp.review.gate.apply import Applied
from flow_mcp.review.gate.plan import Plan, Planner, diff
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.preview.preview import Preview
from flow_mcp.review.preview.steps import Step
from tests.unit.declared import Stacks
from tests.unit.review.gate.test_plan import declared

CREATE = Step("urn:a", "create", "a:b:C", digest="sha256:1")
DONE = Applied((), (), ())


@pytest.mark.parametrize(
    ("steps", "outputs_change", "applied"),
    [((CREATE,), True, DONE), ((CREATE,), False, DONE), ((), True, DONE), ((), False, None)],
)
def test_a_plan_is_applied_if_a_resource_or_an_output_changes(
    stacks: Stacks,
    monkeypatch: pytest.MonkeyPatch,
    steps: tuple[Step, ...],
    outputs_change: bool,
    applied: Applied | None,
) -> None:
    monkeypatch.setattr(run, "self_test", lambda *_: None)
    monkeypatch.setattr(run, "analyze", lambda *_: ())
    monkeypatch.setattr(run, "apply", lambda *_: DONE)
    preview = Preview("acme", declared(), declared(), steps, (), (), outputs_change, None)
    plan = Plan(preview, diff(preview, Pack.load(stacks.project.policies), date(2026, 11, 25)), Path())
    planner: Any = Planner(cast("Any", None), cast("Any", None), {})

    results = list(run.apply_plans(planner, [plan], lambda _: None, lambda _: None))

    assert results == [run.Result("acme", applied, ())]
