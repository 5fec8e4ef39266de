"""The result of one run of `flow-mcp diff`: the tenants' diffs and unknowns of the whole project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL, OK
from flow_mcp.review.diff.change import Risk, worst
from flow_mcp.review.diff.tenant_diff import Source, TenantDiff, Unknown


@dataclass(frozen=True)
class Outcome:
    """The result that every output format shows.

    Attributes:
        diffs: one for each stack, ordered by its name.
        source: whether the diffs were computed from files or from a preview.
        as_of: the day for which the rules evaluated waivers and secrets.
        base: the commit with which the files were compared; None for a preview.
        unknowns: effects that could not be determined and belong to no single tenant.
    """

    diffs: tuple[TenantDiff, ...]
    source: Source
    as_of: date
    base: str | None = None
    unknowns: tuple[Unknown, ...] = ()

    @property
    def risk(self) -> Risk:
        """The highest risk of all diffs and unknowns."""
        return worst((*(unknown.risk for unknown in self.unknowns), *(diff.risk for diff in self.diffs)))

    @property
    def blocked(self) -> bool:
        """Whether no approval can permit the change."""
        return any(diff.blocked for diff in self.diffs) or any(unknown.blocks for unknown in self.unknowns)

    @property
    def needs_approval(self) -> bool:
        """Whether a reviewer must approve the change before it is applied."""
        return self.blocked or self.risk.needs_approval

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return BLOCKED if self.blocked else NEEDS_APPROVAL if self.needs_approval else OK

    def counts(self) -> dict[Risk, int]:
        """Return the number of changes, operations and unknowns of each risk."""
        risks = [unknown.risk for unknown in self.unknowns]
        for diff in self.diffs:
            risks += diff.risks
        return {risk: risks.count(risk) for risk in Risk}
