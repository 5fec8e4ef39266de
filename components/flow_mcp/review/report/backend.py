"""What Pulumi's backend knows of stacks; no secret is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from flow_mcp.declaration.access import TenantAccess
from flow_mcp.engine.stacks import NotAppliedError, StackError, Stacks
from flow_mcp.review.report import delivered
from flow_mcp.review.report.delivered import NOT_READ
from flow_mcp.review.report.document import Drift, Settings, Update
from flow_mcp.review.report.part import Reading
from flow_mcp.review.report.text import shown
from flow_mcp.settings import SettingsDocument

_AT_ONCE = 4


@dataclass(frozen=True)
class Backend:
    """What is known of one stack.

    Attributes:
        update: its last update.
        drift: what changed since.
        unread: in the place of the settings, why they are not there.
        document: its settings.
        digest: theirs.
    """

    update: Update
    drift: Drift
    unread: Settings = NOT_READ
    document: SettingsDocument | None = None
    digest: str = ""

    def settings(self, access: TenantAccess) -> Settings:
        """The stack's settings, compared with the tenant's file."""
        if self.document is None:
            return self.unread
        return delivered.settings(self.document, self.digest, access)


NOT_ASKED = Backend(Update(reading="not-read"), Drift(reading="not-read"))


def read(stacks: Stacks, names: Sequence[str], report: Callable[[str], None]) -> dict[str, Backend]:
    """Ask Pulumi for stacks, and the authorization servers for drift.

    A stack of which something cannot be told keeps no other from being read; the report says why.

    Args:
        stacks: where they are.
        names: which ones.
        report: told how far it is.
    """
    found: dict[str, Backend] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = {pool.submit(_one, stacks, name): name for name in names}
        try:
            for done in as_completed(waiting):
                found[waiting[done]] = done.result()
                report(f"{len(found)} of {len(names)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _one(stacks: Stacks, name: str) -> Backend:
    document, digest, unread = _settings(stacks, name)
    update = _update(stacks, name)
    # Without an update there is nothing that could have changed.
    drift = Drift(reading="missing") if update.reading == "missing" else _drift(stacks, name)
    return Backend(update, drift, unread, document, digest)


def _settings(stacks: Stacks, name: str) -> tuple[SettingsDocument | None, str, Settings]:
    try:
        text = stacks.settings(name)
        document = SettingsDocument.from_json(text)
    except ValidationError:
        reason = "the stack's settings are not of version 1; `pulumi up` with this version makes them anew"
        return None, "", Settings(reading="failed", reason=reason)
    except StackError as error:
        reading: Reading = "missing" if isinstance(error, NotAppliedError) else "failed"
        return None, "", Settings(reading=reading, reason=shown(str(error)))
    return document, f"sha-256:{sha256(text.encode()).hexdigest()}", NOT_READ


def _update(stacks: Stacks, name: str) -> Update:
    try:
        last = stacks.last_update(name)
    except NotAppliedError:
        return Update(reading="missing")
    except StackError as error:
        return Update(reading="failed", reason=shown(str(error)))
    ended = shown(last.ended) if last.ended else None
    return Update(
        reading="read", number=last.number, at=ended, kind=shown(last.kind), result=shown(last.result)
    )


def _drift(stacks: Stacks, name: str) -> Drift:
    try:
        return Drift(reading="read", changed=stacks.drifted(name))
    except StackError:
        # What Pulumi and its plugins say of a failure could repeat what they were given.
        reason = f"`pulumi refresh --preview-only --stack {name}` failed; run it to see why"
        return Drift(reading="failed", reason=shown(reason))
