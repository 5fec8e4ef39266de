"""Which waivers hold: permitted by the pack's configuration, and not expired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Tenant
    from flow_mcp.declaration.waivers import Waiver
    from flow_mcp.review.policy.rule import Rule

WhoMay = Mapping[str, tuple[str, ...]]
"""Who may accept a violation, by rule's ID."""


def permitted(rule_id: str, waiver: Waiver, who_may: WhoMay) -> bool:
    """Whether the one who accepted it may do so."""
    return waiver.accepted_by in who_may.get(rule_id, ())


def expired(waiver: Waiver, as_of: date) -> bool:
    """Whether its last day is over."""
    return date.fromisoformat(waiver.expires) < as_of


def waiver_of(tenant: Tenant, rule: Rule, who_may: WhoMay, as_of: date) -> Waiver | None:
    """The tenant's waiver of a rule, if it holds."""
    waiver = tenant.waivers.get(rule.id)
    if waiver is None or not rule.waivable or expired(waiver, as_of):
        return None
    return waiver if permitted(rule.id, waiver, who_may) else None
