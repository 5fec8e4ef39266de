"""All that one run of the command tells: the tenants' diffs and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL, OK
from flow_mcp.review.diff.change import Risk, worst
from flow_mcp.review.diff.tenant_diff import Source, TenantDiff, Unknown


@dataclass(frozen=True)
class Outcome:
    """What is shown, in whatever form.

    Attributes:
        diffs: by stack's name.
        source: what they were told from.
        as_of: the day on which policies looked at waivers and secrets.
        base: the commit that was compared with; None for a preview.
        unknowns: what could not be known and belongs to no tenant.
    """

    diffs: tuple[TenantDiff, ...]
    source: Source
    as_of: date
    base: str | None = None
    unknowns: tuple[Unknown, ...] = ()

    @property
    def risk(self) -> Risk:
        """The greatest of anything in it."""
        return worst((*(each.risk for each in self.unknowns), *(diff.risk for diff in self.diffs)))

    @property
    def blocked(self) -> bool:
        """Whether no approval would do."""
        return any(diff.blocked for diff in self.diffs) or any(each.blocks for each in self.unknowns)

    @property
    def needs_approval(self) -> bool:
        """Whether somebody must look at it before it is applied."""
        return self.blocked or self.risk.needs_approval

    @property
    def exit_code(self) -> int:
        """What a pipeline goes by."""
        return BLOCKED if self.blocked else NEEDS_APPROVAL if self.needs_approval else OK

    def counts(self) -> dict[Risk, int]:
        """How many changes, operations and unknowns there are of each risk."""
        risks = [each.risk for each in self.unknowns]
        for diff in self.diffs:
            risks += diff.risks
        return {risk: risks.count(risk) for risk in Risk}
