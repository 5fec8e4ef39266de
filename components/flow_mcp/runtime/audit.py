"""Log and count decisions: client, protected resource and reason, never a token."""

from __future__ import annotations

import logging

from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.reason import Reason
from flow_mcp.runtime.telemetry import counter

_log = logging.getLogger("flow_mcp.runtime.audit")


class Audit:
    """An audit log that writes one record for each decision to the logger `flow_mcp.runtime.audit`.

    A record has these attributes, for structured logs: `reason`, `status`, `tenant`, `resource`,
    `authority`, `client`, `subject` and `subject_kind`. Unknown values are None, and values of a token
    whose signature was not verified are never logged. Allowed calls and calls without a token are INFO;
    others are WARNING. Each decision increments the counter `flow_mcp.decisions`, which has the attributes
    `flow_mcp.tenant` and `flow_mcp.reason`.
    """

    def __init__(self) -> None:
        self._count = counter("flow_mcp.decisions", "{call}", "Calls by reason code.")

    def record(self, tenant: str | None, decision: Decision) -> None:
        """Record one decision.

        Args:
            tenant: Tenant of the protected resource; None if the address belongs to no tenant.
            decision: The decision about the call.
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
