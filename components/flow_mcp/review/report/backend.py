"""Read settings, updates and drift of stacks from Pulumi's backend, without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from flow_mcp.authorization_servers.keycloak.expected_drift import is_expected
from flow_mcp.common.interruption import Interruption
from flow_mcp.declaration.access import TenantAccess
from flow_mcp.engine.fleet.workers import run_all
from flow_mcp.engine.stacks import NotAppliedError, StackError, Stacks
from flow_mcp.review.fleet.result import Event, Report
from flow_mcp.review.report import delivered
from flow_mcp.review.report.delivered import NOT_READ
from flow_mcp.review.report.document import Drift, Settings, Update
from flow_mcp.review.report.part import Reading
from flow_mcp.review.report.text import safe_text
from flow_mcp.settings import SettingsDocument


@dataclass(frozen=True)
class Backend:
    """The values of one stack that were read from the backend.

    Attributes:
        update: its last update.
        drift: changes since the last update.
        unread: replaces the settings if they could not be read, with the reason.
        document: its settings document.
        digest: the digest of the settings document.
    """

    update: Update
    drift: Drift
    unread: Settings = NOT_READ
    document: SettingsDocument | None = None
    digest: str = ""

    def settings(self, access: TenantAccess) -> Settings:
        """Return the stack's settings with their differences from the tenant's file."""
        if self.document is None:
            return self.unread
        return delivered.settings(self.document, self.digest, access)


NOT_ASKED = Backend(Update(reading="not-read"), Drift(reading="not-read"))


def read(
    stacks: Stacks, names: Sequence[str], workers: int, report: Report, interruption: Interruption
) -> dict[str, Backend]:
    """Read stacks from Pulumi's backend, and drift from the authorization servers.

    If a value cannot be read, the report contains the reason, and the other stacks are still read.

    Args:
        stacks: the stacks of the project.
        names: the names of the stacks to read.
        workers: the number of stacks at the same time.
        report: called with each event.
        interruption: the user's interrupts.

    Raises:
        KeyboardInterrupt: the user interrupted the run.
    """
    report(Event("phase", "read", total=len(names)))

    def work(name: str) -> Backend:
        report(Event("started", "read", name))
        try:
            return _read_stack(stacks, name)
        finally:
            report(Event("ended", "read", name))

    by_stack = dict(run_all(names, workers, work, lambda: not interruption.count))
    if interruption.count:
        raise KeyboardInterrupt
    return by_stack


def _read_stack(stacks: Stacks, name: str) -> Backend:
    document, digest, unread = _settings(stacks, name)
    update = _update(stacks, name)
    # Without an update there are no resources that could drift.
    drift = Drift(reading="missing") if update.reading == "missing" else _drift(stacks, name)
    return Backend(update, drift, unread, document, digest)


def _settings(stacks: Stacks, name: str) -> tuple[SettingsDocument | None, str, Settings]:
    try:
        text = stacks.settings(name)
        document = SettingsDocument.from_json(text)
    except ValidationError:
        reason = "the stack's settings are not of version 1; run `pulumi up` with this version to update them"
        return None, "", Settings(reading="failed", reason=reason)
    except StackError as error:
        reading: Reading = "missing" if isinstance(error, NotAppliedError) else "failed"
        return None, "", Settings(reading=reading, reason=safe_text(str(error)))
    return document, f"sha-256:{sha256(text.encode()).hexdigest()}", NOT_READ


def _update(stacks: Stacks, name: str) -> Update:
    try:
        last = stacks.last_update(name)
    except NotAppliedError:
        return Update(reading="missing")
    except StackError as error:
        return Update(reading="failed", reason=safe_text(str(error)))
    ended_at = safe_text(last.ended) if last.ended else None
    return Update(
        reading="read",
        number=last.number,
        at=ended_at,
        kind=safe_text(last.kind),
        result=safe_text(last.result),
    )


def _drift(stacks: Stacks, name: str) -> Drift:
    try:
        return Drift(reading="read", changed=stacks.drifted(name, is_expected))
    except StackError:
        # Messages of Pulumi and its plugins could contain credentials, so they are not repeated.
        reason = f"`pulumi refresh --preview-only --stack {name}` failed; run it to see why"
        return Drift(reading="failed", reason=safe_text(reason))
