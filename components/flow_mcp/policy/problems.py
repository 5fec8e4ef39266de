"""Convert findings on a declaration to problems with a position in the tenant's file."""

from __future__ import annotations

from flow_mcp.declaration.findings import Finding, Problem
from flow_mcp.declaration.load import Loaded
from flow_mcp.policy.judge import Judgement


def problem(loaded: Loaded, judgement: Judgement) -> Problem:
    """Return a finding as a problem: an error if it blocks, an info if it is waived, else a warning."""
    path, message, waiver = judgement.path, f"{judgement.problem} ({judgement.rule_id})", judgement.waiver
    if judgement.blocks:
        finding = Finding(path, message, judgement.remedy, "error")
    elif waiver:
        accepted = f"{message}, accepted by {waiver.accepted_by} until {waiver.expires}"
        finding = Finding(path, accepted, f"Reason: {waiver.reason}.", "info")
    else:
        finding = Finding(path, message, judgement.remedy, "warning")
    return loaded.problem(finding)
