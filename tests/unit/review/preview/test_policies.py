"""The findings of policies in a run, and the check that all policies ran."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.policies import Policies
from tests.unit.declared import Stacks
from tests.unit.review.preview.events import STACK, URN, policy

NAMES = ("TEST-900", "TEST-901")


def configure(directory: Path, content: object) -> None:
    (directory / "configuration.json").write_text(json.dumps(content), encoding="utf-8")


def test_every_policy_must_have_run(stacks: Stacks) -> None:
    policies = Policies.load(stacks.project.policies)
    resources = {"policyAnalyzeSummaryEvent": {"passed": [NAMES[0]], "failed": [NAMES[1]]}}
    outputs = {"policyAnalyzeStackSummaryEvent": {"passed": [f"{name}-outputs" for name in NAMES]}}

    policies.require_all_ran([resources, outputs])
    with pytest.raises(PreviewError, match="did not evaluate TEST-900-outputs, TEST-901-outputs;"):
        policies.require_all_ran([resources])
    with pytest.raises(
        PreviewError, match="did not evaluate TEST-900, TEST-900-outputs, TEST-901 and 1 more"
    ):
        policies.require_all_ran([])


def test_disabled_policies_need_not_run_but_one_must_be_enabled(stacks: Stacks) -> None:
    directory = stacks.project.policies
    levels = {"all": "disabled", NAMES[1]: "advisory", f"{NAMES[1]}-outputs": "disabled"}
    configure(directory, levels)
    assert Policies.load(directory).enabled == {NAMES[1]}

    configure(directory, {"all": "disabled"})
    with pytest.raises(PreviewError, match=r"every rule of .* is disabled, so nothing would be evaluated"):
        Policies.load(directory)


def test_findings_are_unique_and_without_the_rules_own_texts(stacks: Stacks) -> None:
    policies = Policies.load(stacks.project.policies)
    message = "No client may be called refused.\nclients.refused is called refused. Call it otherwise."
    unknown = "can't run policy 'TEST-901-outputs' from policy pack 'p@v1' during preview: .settings"

    findings = policies.rule_results(
        [
            policy("TEST-901-outputs", unknown, "advisory", STACK),
            policy("TEST-900", message),
            policy("TEST-900", message),
            policy("ZZ-1", "own words", "advisory"),
            # Only an advisory event can report an unknown value.
            policy("TEST-900", unknown),
        ]
    )

    remedy, problem = "Call it otherwise.", "needs a value that is unknown until the update"
    assert findings == (
        RuleResult("TEST-900", "high", "mandatory", "violation", (), URN, unknown, remedy),
        RuleResult(
            "TEST-900",
            "high",
            "mandatory",
            "violation",
            (),
            URN,
            "clients.refused is called refused",
            remedy,
        ),
        RuleResult("TEST-901", "high", "advisory", "unknown", (), STACK, problem, remedy),
        RuleResult("ZZ-1", "high", "advisory", "violation", (), URN, "own words", ""),
    )
