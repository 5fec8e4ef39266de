"""FLOWMCP-000: waivers are permitted, needed and in time."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.rule import Context, Reference, Rule, Severity, Violation
from flow_mcp.review.policy.waivers import expired, permitted

_WAIVER = {"reason": "Moves in March", "acceptedBy": "nobody", "expires": "2027-03-31"}


class WaiversHold(Rule):
    """A waiver is an open door with a date: one that nobody needs, or that nobody may give, is not left."""

    id = "FLOWMCP-000"
    severity = Severity.MEDIUM
    message = "A waiver must be permitted by the pack's configuration, not have expired, and be needed."
    remedy = "Remove the waiver, mend what it waives, or have it accepted anew by somebody who may."
    references = (
        Reference(
            "ISO/IEC 27002:2022, 5.36: Compliance with policies, rules and standards",
            "https://www.iso.org/standard/75652.html",
        ),
        Reference(
            "NIST SP 800-53, CA-5: Plan of Action and Milestones",
            "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        ),
    )
    good = (declares(),)
    bad = (
        declares(waivers={"FLOWMCP-001": _WAIVER}),
        declares(waivers={"FLOWMCP-999": _WAIVER}),
    )
    waivable = False
    last = True

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        for rule_id, waiver in declaration.tenant.waivers.items():
            path = ("waivers", rule_id)
            if rule_id not in context.waivable_by:
                yield Violation(path, "waives a rule that the policy pack does not have")
            elif not permitted(rule_id, waiver, context.waivable_by):
                yield Violation(
                    (*path, "acceptedBy"), "is nobody who may waive this rule, by the pack's configuration"
                )
            elif expired(waiver, context.as_of):
                yield Violation((*path, "expires"), f"is over on {context.as_of.isoformat()}")
            elif rule_id in context.idle:
                yield Violation(path, "waives what is not violated")
