"""A resource's properties, seen before it is touched and after: a rule must say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.review.policy.rule import Resource, Rule
from tests.unit.policies.judging import Findings, context


def said_of(rule: Rule, kind: str, properties: Mapping[str, Any], **configured: Any) -> Findings:
    """What the rule says of a resource with these properties."""
    asked = context(rule, **configured)
    before = list(rule.in_resource(Resource(kind, inputs=properties), asked))
    after = list(rule.in_resource(Resource(kind, outputs=properties), asked))
    assert before == after
    return before
