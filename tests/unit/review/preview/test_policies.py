"""What policies said, and whether they were asked."""

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


def test_every_policy_must_have_been_asked(stacks: Stacks) -> None:
    policies = Policies.load(stacks.project.policies)
    resources = {"policyAnalyzeSummaryEvent": {"passed": [NAMES[0]], "failed": [NAMES[1]]}}
    outputs = {"policyAnalyzeStackSummaryEvent": {"passed": [f"{name}-outputs" for name in NAMES]}}

    policies.asked([resources, outputs])
    with pytest.raises(PreviewError, match="did not judge TEST-900-outputs, TEST-901-outputs;"):
        policies.asked([resources])
    with pytest.raises(PreviewError, match="did not judge TEST-900, TEST-900-outputs, TEST-901 and 1 more"):
        policies.asked([])


def test_what_is_disabled_need_not_be_asked_but_not_everything_can_be(stacks: Stacks) -> None:
    directory = stacks.project.policies
    levels = {"all": "disabled", NAMES[1]: "advisory", f"{NAMES[1]}-outputs": "disabled"}
    configure(directory, levels)
    assert Policies.load(directory).enabled == {NAMES[1]}

    configure(directory, {"all": "disabled"})
    with pytest.raises(PreviewError, match=r"every rule of .* is disabled, so that nothing would be judged"):
        Policies.load(directory)


def test_what_they_say_is_told_once_and_without_what_the_rule_says_anyway(stacks: Stacks) -> None:
    policies = Policies.load(stacks.project.policies)
    said = "No client may be called refused.\nclients.refused is called refused. Call it otherwise."
    unknown = "can't run policy 'TEST-901-outputs' from policy pack 'p@v1' during preview: .settings"

    found = policies.rule_results(
        [
            policy("TEST-901-outputs", unknown, "advisory", STACK),
            policy("TEST-900", said),
            policy("TEST-900", said),
            policy("ZZ-1", "own words", "advisory"),
            # Only an advisory can be the engine's word that a value is missing.
            policy("TEST-900", unknown),
        ]
    )

    remedy, needs = "Call it otherwise.", "needs a value that is known when it is applied"
    assert found == (
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
        RuleResult("TEST-901", "high", "advisory", "unknown", (), STACK, needs, remedy),
        RuleResult("ZZ-1", "high", "advisory", "violation", (), URN, "own words", ""),
    )
