"""Assign the findings of the rules to the changes that they are about."""

from __future__ import annotations

from collections.abc import Sequence

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.policy.evaluation import RuleResult


def findings_by_change(
    changes: Sequence[Change], rule_results: Sequence[RuleResult]
) -> tuple[dict[int, list[RuleResult]], list[RuleResult]]:
    """Return the findings by the index of their change, and the findings that belong to no change.

    A finding belongs to the change whose path has the longest common part with its own, or to the first of
    several.
    """
    by_change: dict[int, list[RuleResult]] = {}
    rest: list[RuleResult] = []
    for rule_result in rule_results:
        common_lengths = [_common_length(change.path, rule_result.path) for change in changes]
        longest = max(common_lengths, default=0)
        if longest and not rule_result.urn:
            by_change.setdefault(common_lengths.index(longest), []).append(rule_result)
        else:
            rest.append(rule_result)
    return by_change, rest


def _common_length(change: Path, finding: Path) -> int:
    """Return the length of the shorter path if it is the start of the other, else 0; one key is too broad."""
    shorter = min(len(change), len(finding))
    return shorter if shorter > 1 and change[:shorter] == finding[:shorter] else 0
