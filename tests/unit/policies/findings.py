"""Evaluate a rule on a resource's inputs and on its outputs, which must give the same findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.review.policy.rule import Resource, Rule
from tests.unit.policies.judging import Findings, context


def findings_of(rule: Rule, kind: str, properties: Mapping[str, Any], **configured: Any) -> Findings:
    """Return the rule's findings on a resource with these properties, as inputs and as outputs."""
    settings = context(rule, **configured)
    before = list(rule.in_resource(Resource(kind, inputs=properties), settings))
    after = list(rule.in_resource(Resource(kind, outputs=properties), settings))
    assert before == after
    return before
