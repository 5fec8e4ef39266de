"""Policy findings, each beside the change that it is about."""

from __future__ import annotations

from collections.abc import Sequence

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.policy.evaluation import RuleResult


def beside(
    changes: Sequence[Change], rule_results: Sequence[RuleResult]
) -> tuple[dict[int, list[RuleResult]], list[RuleResult]]:
    """Findings by the index of their change, and those that are about nothing that changes.

    Each stands once, beside the first change that its path agrees with the longest.
    """
    found: dict[int, list[RuleResult]] = {}
    rest: list[RuleResult] = []
    for rule_result in rule_results:
        common = [_common(change.path, rule_result.path) for change in changes]
        best = max(common, default=0)
        if best and not rule_result.urn:
            found.setdefault(common.index(best), []).append(rule_result)
        else:
            rest.append(rule_result)
    return found, rest


def _common(change: Path, finding: Path) -> int:
    """How far two paths agree, where one is the other or above it; a whole part of the tenant is too wide."""
    shorter = min(len(change), len(finding))
    return shorter if shorter > 1 and change[:shorter] == finding[:shorter] else 0
