"""Convert rules, findings and waivers to the report's format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from flow_mcp.declaration.findings import dotted
from flow_mcp.declaration.waivers import Waiver as Declared
from flow_mcp.review.policy import waivers
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.report.document import Risk
from flow_mcp.review.report.rule_results import Finding, Reference, Rule, Waiver, WaiverState
from flow_mcp.review.report.text import safe_text

_BY_RISK: tuple[Risk, ...] = ("critical", "high", "medium", "low")


def finding(rule_result: RuleResult) -> Finding:
    """Return a rule's result as a finding of the report."""
    return Finding(
        rule=rule_result.rule_id,
        severity=str(rule_result.severity),
        level=rule_result.level,
        kind=rule_result.kind,
        path=safe_text(dotted(rule_result.path)),
        problem=safe_text(rule_result.problem),
        remedy=safe_text(rule_result.remedy),
        waived=rule_result.waiver is not None,
        blocks=rule_result.blocks,
    )


def risk(findings: Iterable[Finding]) -> Risk:
    """Return the highest severity without a waiver; a failed rule is critical, since it may hide anything."""
    severities = {
        "critical" if finding.kind == "failed" else finding.severity
        for finding in findings
        if not finding.waived
    }
    return next((risk for risk in _BY_RISK if risk in severities), "none")


def waived(
    declared: Mapping[str, Declared], pack: Pack, findings: Sequence[Finding], as_of: date
) -> tuple[Waiver, ...]:
    """Return a tenant's waivers with their states."""
    return tuple(
        Waiver(
            rule=rule_id,
            reason=safe_text(waiver.reason),
            accepted_by=safe_text(waiver.accepted_by),
            expires=waiver.expires,
            days_left=(date.fromisoformat(waiver.expires) - as_of).days,
            state=_state(rule_id, waiver, pack, findings, as_of),
        )
        for rule_id, waiver in sorted(declared.items())
    )


def _state(
    rule_id: str, waiver: Declared, pack: Pack, findings: Sequence[Finding], as_of: date
) -> WaiverState:
    rule = next((rule for rule in pack.rules if rule.id == rule_id), None)
    if rule is None:
        return "unknown-rule"
    if not rule.waivable or not waivers.permitted(rule_id, waiver, pack.waivable_by):
        return "unpermitted"
    if waivers.expired(waiver, as_of):
        return "expired"
    if any(finding.waived and finding.rule == rule_id for finding in findings):
        return "holding"
    preview_only = rule.judges("in_resource") or rule.judges("in_stack")
    return "not-judged" if preview_only else "unused"


def rules(pack: Pack, findings: Iterable[Sequence[Finding]]) -> tuple[Rule, ...]:
    """Return all rules of the pack with the numbers of their findings.

    Args:
        pack: the project's policy pack.
        findings: the findings of each tenant.
    """
    counted: Counter[tuple[str, str]] = Counter()
    for tenant_findings in findings:
        for finding in tenant_findings:
            counted[finding.rule, "waived" if finding.waived else finding.kind] += 1
        counted.update({(finding.rule, "tenant") for finding in tenant_findings if not finding.waived})
    return tuple(
        Rule(
            id=rule.id,
            severity=str(rule.severity),
            level=pack.configured[rule.id].level,
            message=safe_text(rule.message),
            remedy=safe_text(rule.remedy),
            references=tuple(
                Reference(title=safe_text(reference.title), url=safe_text(reference.url))
                for reference in rule.references
            ),
            judged=rule.judges("in_declaration") and pack.configured[rule.id].level != "disabled",
            violations=counted[rule.id, "violation"],
            waived=counted[rule.id, "waived"],
            failed=counted[rule.id, "failed"],
            tenants=counted[rule.id, "tenant"],
        )
        for rule in pack.rules
    )
