"""Evaluate the rules on a tenant's declaration, before any server is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from flow_mcp.declaration.findings import Finding, Path, Problem
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.rule import Context, Rule, violations
from flow_mcp.review.policy.waivers import waiver_of

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration
    from flow_mcp.declaration.load import Loaded
    from flow_mcp.declaration.waivers import Waiver


@dataclass(frozen=True)
class RuleResult:
    """One finding of a rule.

    Attributes:
        rule_id: ID of the rule.
        severity: severity of the rule.
        level: the configured enforcement level; mandatory findings stop an update.
        kind: the rule is violated, needs a value that is unknown until deployment, or raised an exception.
        path: path of the property, below the tenant or in the resource.
        urn: URN of the resource; empty for a declaration.
        problem: what is wrong, without any value of the declaration.
        remedy: what to do.
        waiver: the waiver that suppresses the finding, if it is permitted and has not expired.
    """

    rule_id: str
    severity: str
    level: Literal["mandatory", "advisory"]
    kind: Literal["violation", "unknown", "failed"]
    path: Path
    urn: str
    problem: str
    remedy: str
    waiver: Waiver | None = None

    @property
    def blocks(self) -> bool:
        """Return whether the finding stops an update; a rule that could not be evaluated always does."""
        return self.kind == "failed" or (
            self.kind == "violation" and self.level == "mandatory" and self.waiver is None
        )


def evaluate(pack: Pack, declaration: Declaration, as_of: date) -> tuple[RuleResult, ...]:
    """Evaluate every rule that needs only the declaration, and return the findings in the order of the rules.

    Args:
        pack: the rules and their configuration.
        declaration: the tenant's declaration.
        as_of: the date on which waivers and secrets are evaluated.
    """
    rule_results: list[RuleResult] = []
    idle: set[str] = set()
    for rule in sorted(pack.rules, key=lambda rule: rule.last):
        results_of_rule = list(_rule_results(pack, rule, declaration, as_of, frozenset(idle)))
        rule_results += results_of_rule
        if not results_of_rule and not rule.judges("in_resource") and not rule.judges("in_stack"):
            idle.add(rule.id)
    order = {rule.id: index for index, rule in enumerate(pack.rules)}
    return tuple(sorted(rule_results, key=lambda result: order[result.rule_id]))


def _rule_results(
    pack: Pack, rule: Rule, declaration: Declaration, as_of: date, idle: frozenset[str]
) -> Iterator[RuleResult]:
    configured = pack.configured[rule.id]
    if configured.level == "disabled" or not rule.judges("in_declaration"):
        return
    context = Context(as_of, configured.settings, pack.waivable_by, idle)
    try:
        rule_violations = list(violations(rule, declaration, context))
    except Exception as error:
        # Any exception must stop the update. Its text is left out because it could contain a secret.
        problem = f"could not be evaluated: the rule raised {type(error).__name__}"
        remedy = "Correct the rule; until then, nothing is applied."
        yield RuleResult(rule.id, rule.severity, "mandatory", "failed", (), "", problem, remedy)
        return
    waiver = waiver_of(declaration.tenant, rule, pack.waivable_by, as_of)
    for violation in rule_violations:
        yield RuleResult(
            rule.id,
            rule.severity,
            configured.level,
            "violation",
            violation.path,
            violation.urn,
            violation.problem,
            rule.remedy,
            waiver,
        )


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
