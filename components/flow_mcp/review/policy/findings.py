"""Convert findings on a declaration to problems with a position in the tenant's file."""

from __future__ import annotations

from flow_mcp.declaration.findings import Finding, Problem
from flow_mcp.declaration.load import Loaded
from flow_mcp.review.policy.evaluation import RuleResult


def problem(loaded: Loaded, rule_result: RuleResult) -> Problem:
    """Return a finding as a problem: an error if it blocks, an info if it is waived, else a warning."""
    path, message, waiver = (
        rule_result.path,
        f"{rule_result.problem} ({rule_result.rule_id})",
        rule_result.waiver,
    )
    if rule_result.blocks:
        finding = Finding(path, message, rule_result.remedy, "error")
    elif waiver:
        accepted = f"{message}, accepted by {waiver.accepted_by} until {waiver.expires}"
        finding = Finding(path, accepted, f"Reason: {waiver.reason}.", "info")
    else:
        finding = Finding(path, message, rule_result.remedy, "warning")
    return loaded.problem(finding)
