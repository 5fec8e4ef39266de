"""What the policies say of tenants, put into the report's form."""

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
from flow_mcp.review.report.text import shown

_BY_RISK: tuple[Risk, ...] = ("critical", "high", "medium", "low")


def finding(rule_result: RuleResult) -> Finding:
    """One judgement."""
    return Finding(
        rule=rule_result.rule_id,
        severity=str(rule_result.severity),
        level=rule_result.level,
        kind=rule_result.kind,
        path=shown(dotted(rule_result.path)),
        problem=shown(rule_result.problem),
        remedy=shown(rule_result.remedy),
        waived=rule_result.waiver is not None,
        blocks=rule_result.blocks,
    )


def risk(findings: Iterable[Finding]) -> Risk:
    """The worst of what nobody waived; what could not be judged may be anything."""
    found = {"critical" if each.kind == "failed" else each.severity for each in findings if not each.waived}
    return next((risk for risk in _BY_RISK if risk in found), "none")


def waived(
    declared: Mapping[str, Declared], pack: Pack, findings: Sequence[Finding], as_of: date
) -> tuple[Waiver, ...]:
    """A tenant's waivers, and whether each holds."""
    return tuple(
        Waiver(
            rule=rule_id,
            reason=shown(waiver.reason),
            accepted_by=shown(waiver.accepted_by),
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
    if any(each.waived and each.rule == rule_id for each in findings):
        return "holding"
    elsewhere = rule.judges("in_resource") or rule.judges("in_stack")
    return "not-judged" if elsewhere else "unused"


def rules(pack: Pack, findings: Iterable[Sequence[Finding]]) -> tuple[Rule, ...]:
    """All rules of the pack, with what they found.

    Args:
        pack: the project's.
        findings: by tenant.
    """
    counted: Counter[tuple[str, str]] = Counter()
    for tenant in findings:
        for each in tenant:
            counted[each.rule, "waived" if each.waived else each.kind] += 1
        counted.update({(each.rule, "tenant") for each in tenant if not each.waived})
    return tuple(
        Rule(
            id=rule.id,
            severity=str(rule.severity),
            level=pack.configured[rule.id].level,
            message=shown(rule.message),
            remedy=shown(rule.remedy),
            references=tuple(
                Reference(title=shown(each.title), url=shown(each.url)) for each in rule.references
            ),
            judged=rule.judges("in_declaration") and pack.configured[rule.id].level != "disabled",
            violations=counted[rule.id, "violation"],
            waived=counted[rule.id, "waived"],
            failed=counted[rule.id, "failed"],
            tenants=counted[rule.id, "tenant"],
        )
        for rule in pack.rules
    )
