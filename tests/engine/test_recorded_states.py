"""Analyses of recorded states of real plugins by the policy pack, on Pulumi's engine."""

from __future__ import annotations

from datetime import date

import pytest

from flow_mcp.engine.stacks import Stacks
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.state import masked_secrets, run_analysis
from tests.recorded import STATES, resources

AS_OF = date(2026, 11, 25)


@pytest.mark.parametrize("state", STATES)
def test_analysis_of_a_recorded_state_has_exactly_the_findings_of_its_declaration(
    state: str, scratch: ScratchProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in scratch.environment().items():
        monkeypatch.setenv(name, value)
    engine = Engine(Stacks.of(scratch.project), AS_OF)
    policies = Policies.load(engine.policy_pack)
    recorded = resources(state)
    (inputs,) = (result["inputs"] for result in recorded if result["type"] == SETTINGS)

    results = policies.rule_results(run_analysis(engine, masked_secrets(recorded)).events)

    expected = evaluate(policies.pack, declared(inputs), AS_OF)
    assert sorted((result.rule_id, result.level, result.kind) for result in results) == sorted(
        (result.rule_id, result.level, result.kind) for result in expected
    )
    assert {result.urn.split("::")[2] for result in results} == {SETTINGS}
