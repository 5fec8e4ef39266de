"""What the rules say of a tenant's declaration, before any server is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.rule import Context, Rule
from flow_mcp.review.policy.waivers import waiver_of

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration
    from flow_mcp.declaration.waivers import Waiver


@dataclass(frozen=True)
class RuleResult:
    """One thing that a rule says.

    Attributes:
        rule_id: the rule's.
        severity: how bad it is.
        level: whether it stops an update, by the pack's configuration.
        kind: the rule is violated, needs a value that is not known yet, or could not be judged.
        path: where, below the tenant or in the resource.
        urn: the resource's; empty for a declaration.
        problem: what is wrong; it repeats no value.
        remedy: what to do.
        waiver: who accepted it until when, if that is permitted and has not expired.
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
        """Whether a gate must stop: a rule that could not be judged is a failed gate, never a pass."""
        return self.kind == "failed" or (
            self.kind == "violation" and self.level == "mandatory" and self.waiver is None
        )


def evaluate(pack: Pack, declaration: Declaration, as_of: date) -> tuple[RuleResult, ...]:
    """Judge a declaration by every rule that can be judged without a server.

    Args:
        pack: the rules.
        declaration: a tenant's.
        as_of: the day on which waivers and secrets are looked at.
    """
    judged: list[RuleResult] = []
    idle: set[str] = set()
    for rule in sorted(pack.rules, key=lambda rule: rule.last):
        found = list(_rule_results(pack, rule, declaration, as_of, frozenset(idle)))
        judged += found
        if not found and not rule.judges("in_resource") and not rule.judges("in_stack"):
            idle.add(rule.id)
    order = {rule.id: index for index, rule in enumerate(pack.rules)}
    return tuple(sorted(judged, key=lambda each: order[each.rule_id]))


def _rule_results(
    pack: Pack, rule: Rule, declaration: Declaration, as_of: date, idle: frozenset[str]
) -> Iterator[RuleResult]:
    configured = pack.configured[rule.id]
    if configured.level == "disabled" or not rule.judges("in_declaration"):
        return
    context = Context(as_of, configured.settings, pack.waivable_by, idle)
    try:
        violations = list(rule.in_declaration(declaration, context))
    except Exception as error:
        # Whatever a rule raises, the gate is shut.
        # The error's own text could repeat a value.
        problem = f"could not be judged: the rule raised {type(error).__name__}"
        remedy = "Mend the rule; until then nothing is let through."
        yield RuleResult(rule.id, rule.severity, "mandatory", "failed", (), "", problem, remedy)
        return
    waiver = waiver_of(declaration.tenant, rule, pack.waivable_by, as_of)
    for each in violations:
        yield RuleResult(
            rule.id,
            rule.severity,
            configured.level,
            "violation",
            each.path,
            each.urn,
            each.problem,
            rule.remedy,
            waiver,
        )
