"""What rules say of a declaration, at its place in the tenant's file."""

from __future__ import annotations

from flow_mcp.declaration.findings import Finding, Problem
from flow_mcp.declaration.load import Loaded
from flow_mcp.review.policy.evaluation import RuleResult


def problem(loaded: Loaded, rule_result: RuleResult) -> Problem:
    """A judgement as a problem of the file: what blocks is an error, what is waived is told."""
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
