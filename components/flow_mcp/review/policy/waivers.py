"""Decide which waivers are in effect: permitted by the pack's configuration, and not expired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flow_mcp.declaration.tenant import Tenant
    from flow_mcp.declaration.waivers import Waiver
    from flow_mcp.review.policy.rule import Rule

WhoMay = Mapping[str, tuple[str, ...]]
"""Who may accept violations, by rule ID."""


def permitted(rule_id: str, waiver: Waiver, who_may: WhoMay) -> bool:
    """Return whether the configuration permits the waiver's `acceptedBy`."""
    return waiver.accepted_by in who_may.get(rule_id, ())


def expired(waiver: Waiver, as_of: date) -> bool:
    """Return whether the waiver's last day has passed."""
    return date.fromisoformat(waiver.expires) < as_of


def waiver_of(tenant: Tenant, rule: Rule, who_may: WhoMay, as_of: date) -> Waiver | None:
    """Return the tenant's waiver of a rule if it is in effect."""
    waiver = tenant.waivers.get(rule.id)
    if waiver is None or not rule.waivable or expired(waiver, as_of):
        return None
    return waiver if permitted(rule.id, waiver, who_may) else None
