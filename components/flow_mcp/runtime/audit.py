"""The trail of decisions: who called what, and why a call was refused. It never holds a token."""

from __future__ import annotations

import logging

from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.reason import Reason
from flow_mcp.runtime.telemetry import counter

_log = logging.getLogger("flow_mcp.runtime.audit")


class Audit:
    """Writes one log record a decision, by the logger `flow_mcp.runtime.audit`, and counts it.

    A record's fields are attributes, for structured logs: `reason`, `status`, `tenant`, `resource`,
    `authority`, `client`, `subject` and `subject_kind`; None where they are not known, and never of a token
    whose signature did not hold. Allowed calls, and those that still have no token, are INFO; others
    WARNING. The counter `flow_mcp.decisions` has `flow_mcp.tenant` and `flow_mcp.reason`.
    """

    def __init__(self) -> None:
        self._count = counter("flow_mcp.decisions", "{call}", "Calls by what was decided.")

    def record(self, tenant: str | None, decision: Decision) -> None:
        """Record one decision.

        Args:
            tenant: Whose protected resource was called; None if nobody's.
            decision: What was decided.
        """
        reason = decision.reason
        self._count(1, {"flow_mcp.tenant": tenant or "", "flow_mcp.reason": reason})
        level = logging.INFO if reason in _USUAL else logging.WARNING
        if not _log.isEnabledFor(level):
            return
        _log.log(
            level,
            "%s: tenant %r, client %r, subject %r, resource %r",
            reason,
            tenant,
            decision.client,
            decision.subject,
            decision.resource,
            extra={
                "reason": str(reason),
                "status": decision.status,
                "tenant": tenant,
                "resource": decision.resource,
                "authority": decision.authority,
                "client": decision.client,
                "subject": decision.subject,
                "subject_kind": decision.subject_kind,
            },
        )


_USUAL = frozenset({Reason.ALLOWED, Reason.NO_TOKEN})
